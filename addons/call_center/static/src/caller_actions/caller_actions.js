import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

/**
 * What can be done for a caller who was found. Each entry is
 * `{ label, icon, isAvailable: async ({match}) => bool }` and either
 * `getAction: async ({match, number, orm}) => action`, or a `Component` that is
 * unfolded below the buttons, with the props `match`, `number` and `onOpened`.
 */
export const callerActions = registry.category("call_center.caller_actions");

callerActions.add(
    "activity",
    {
        label: _t("Activity"),
        icon: "fa-clock-o",
        isAvailable: async ({match}) =>
            match.model !== "res.users" &&
            (await user.checkAccessRight(match.model, "write")),
        getAction: ({match}) => ({
            type: "ir.actions.act_window",
            name: _t("Plan an activity"),
            res_model: "mail.activity.schedule",
            views: [[false, "form"]],
            target: "new",
            context: {active_model: match.model, active_ids: [match.id]},
        }),
    },
    {sequence: 40},
);

callerActions.add(
    "call_back",
    {
        label: _t("Call back"),
        icon: "fa-reply",
        isAvailable: async ({match}) =>
            match.model !== "res.users" &&
            (await user.hasGroup("call_center.group_call_center_agent")),
        getAction: ({match, number, orm}) =>
            orm.call("phone.call", "plan_call_back", [number, match.model, match.id]),
    },
    {sequence: 50},
);

export class CallerActions extends Component {
    static template = "call_center.CallerActions";
    static props = {
        match: Object,
        number: String,
        onOpened: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({entries: [], unfolded: ""});
        onWillStart(() => {
            this.load(); // the sections need not wait for it
        });
    }

    async load() {
        const {match} = this.props;
        const entries = callerActions.getEntries();
        const available = await Promise.all(
            entries.map(([, entry]) => entry.isAvailable({match})),
        );
        this.state.entries = entries
            .filter((_entry, index) => available[index])
            .map(([key, entry]) => ({key, ...entry}));
    }

    get unfolded() {
        return this.state.entries.find(({key}) => key === this.state.unfolded);
    }

    async run(entry) {
        if (entry.Component) {
            this.state.unfolded = this.state.unfolded === entry.key ? "" : entry.key;
            return;
        }
        const {match, number} = this.props;
        const action = await entry.getAction({match, number, orm: this.orm});
        await this.action.doAction(action);
        this.props.onOpened?.();
    }
}
