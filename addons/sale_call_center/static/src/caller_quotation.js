import {callerActions} from "@call_center/caller_actions/caller_actions";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

callerActions.add(
    "quotation",
    {
        label: _t("Quotation"),
        icon: "fa-file-text-o",
        isAvailable: async ({match}) =>
            match.model === "res.partner" &&
            (await user.checkAccessRight("sale.order", "create")),
        getAction: ({match}) => ({
            type: "ir.actions.act_window",
            name: _t("New quotation"),
            res_model: "sale.order",
            views: [[false, "form"]],
            context: {default_partner_id: match.id},
        }),
    },
    {sequence: 30},
);
