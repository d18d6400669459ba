import {unknownCallerActions} from "@call_center/caller_box/caller_box";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

unknownCallerActions.add(
    "new_lead",
    {
        label: _t("New lead"),
        icon: "fa-bullseye",
        isAvailable: () => user.checkAccessRight("crm.lead", "create"),
        getAction: (number) => ({
            type: "ir.actions.act_window",
            name: _t("New lead"),
            res_model: "crm.lead",
            views: [[false, "form"]],
            context: {default_phone: number, default_type: "opportunity"},
        }),
    },
    {sequence: 10},
);
