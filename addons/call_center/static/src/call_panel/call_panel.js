import {Component, onWillDestroy, onWillStart, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {unknownCallerActions} from "../caller_box/caller_box";
import {CallerMatches} from "../caller_matches/caller_matches";
import {WrapUp} from "../wrap_up/wrap_up";

const {DateTime} = luxon;

/** One call: who it is, and what is known about him. */
export class CallCard extends Component {
    static template = "call_center.CallCard";
    static components = {CallerMatches, WrapUp};
    static props = {call: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.store = useService("call_center.calls");
        this.call = useState(this.props.call);
        this.state = useState({
            result: null,
            actions: [],
            error: "",
            seconds: 0,
        });
        onWillStart(() => {
            this.load();
        });
        const timer = browser.setInterval(() => this.tick(), 1000);
        this.tick();
        onWillDestroy(() => browser.clearInterval(timer));
    }

    async load() {
        const number = this.call.number;
        if (!number) {
            this.state.result = {kind: "anonymous", matches: []};
            return;
        }
        try {
            const result = await this.orm.silent.call("phone.call", "lookup", [number]);
            if (!result.matches.length && result.kind === "external") {
                const actions = unknownCallerActions.getAll();
                const available = await Promise.all(
                    actions.map((action) => action.isAvailable()),
                );
                this.state.actions = actions.filter((_action, i) => available[i]);
            }
            this.state.result = result;
        } catch (error) {
            this.state.error = error.data?.message || _t("Could not be loaded.");
        }
    }

    tick() {
        if (this.call.state !== "ended") {
            const start = deserializeDateTime(this.call.started_at);
            this.state.seconds = Math.max(
                0,
                Math.round(-start.diffNow("seconds").seconds),
            );
        }
    }

    get duration() {
        return DateTime.fromSeconds(this.state.seconds, {zone: "utc"}).toFormat(
            this.state.seconds < 3600 ? "m:ss" : "h:mm:ss",
        );
    }

    get title() {
        const {state, direction, answered} = this.call;
        if (state === "ended") {
            return answered ? _t("Call ended") : _t("Missed call");
        }
        if (state === "answered") {
            return _t("On the phone");
        }
        return direction === "in" ? _t("Incoming call") : _t("Calling");
    }

    get color() {
        return {ringing: "info", answered: "success", ended: "secondary"}[
            this.call.state
        ];
    }

    get nobody() {
        return this.state.result?.kind === "anonymous"
            ? _t("This caller withholds the number.")
            : _t("Nobody with this number.");
    }

    openCall() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "phone.call",
            res_id: this.call.id,
            views: [[false, "form"]],
        });
    }

    run(action) {
        return this.action.doAction(action.getAction(this.call.number));
    }

    /** Without anything to write down; the agent is free again. */
    async close() {
        const {id, state, wrap_up} = this.call;
        this.store.dismiss(id);
        if (state === "ended" && wrap_up) {
            await this.orm.silent.call("phone.call", "end_wrap_up", [[id]]);
        }
    }
}

/** The calls of the user, beside whatever he is doing. */
export class CallPanel extends Component {
    static template = "call_center.CallPanel";
    static components = {CallCard};
    static props = {};

    setup() {
        this.store = useState(useService("call_center.calls"));
        this.state = useState({folded: false});
    }

    /** What a screen reader says; nothing is repeated while nothing changes. */
    get announcement() {
        const said = {
            ringing: (call) =>
                call.direction === "in"
                    ? _t("Incoming call from %s", call.number || _t("unknown"))
                    : "",
            answered: () => _t("On the phone"),
            ended: (call) =>
                call.answered
                    ? _t("Call ended. Write down how it went.")
                    : _t("Missed call from %s", call.number || _t("unknown")),
        };
        return this.store.calls
            .map((call) => said[call.state](call))
            .filter(Boolean)
            .join(". ");
    }
}

registry
    .category("main_components")
    .add("call_center.CallPanel", {Component: CallPanel, props: {}});
