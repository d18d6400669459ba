import {callerActions} from "@call_center/caller_actions/caller_actions";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

callerActions.add(
    "lead",
    {
        label: _t("New lead"),
        icon: "fa-bullseye",
        isAvailable: async ({match}) =>
            match.model === "res.partner" &&
            (await user.checkAccessRight("crm.lead", "create")),
        getAction: ({match, number}) => ({
            type: "ir.actions.act_window",
            name: _t("New lead"),
            res_model: "crm.lead",
            views: [[false, "form"]],
            context: {
                default_partner_id: match.id,
                default_phone: number,
                default_type: "opportunity",
            },
        }),
    },
    {sequence: 20},
);
