import {
    Component,
    onWillDestroy,
    onWillUpdateProps,
    useEffect,
    useState,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {availableUnknownCallerActions} from "../caller_box/caller_box";
import {CallerMatches} from "../caller_matches/caller_matches";
import {WrapUp} from "../wrap_up/wrap_up";

const {DateTime} = luxon;

/** What becomes of a call: `answered` and `missed` are both over. */
export function phase({state, direction, answered}) {
    if (state !== "ended" || answered) {
        return state;
    }
    return direction === "in" ? "missed" : "unreached";
}

/** One call: who it is, and what is known about them. */
export class CallCard extends Component {
    static template = "call_center.CallCard";
    static components = {CallerMatches, WrapUp};
    static props = {call: Object, isOpen: Boolean};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.store = useService("call_center.calls");
        this.call = useState(this.props.call);
        this.state = useState({actions: [], seconds: 0});
        this.wasOpen = this.props.isOpen;
        onWillUpdateProps(({isOpen}) => {
            this.wasOpen ||= isOpen; // what was typed stays when it is folded
        });
        // a later event may bring the number, an agent may have entered the caller
        useEffect(
            () => {
                this.store.identify(this.call.id, this.isNobody);
            },
            () => [this.call.number, this.call.state],
        );
        useEffect(
            (isNobody) => {
                if (isNobody) {
                    this.loadActions();
                }
            },
            () => [this.isNobody],
        );
        const timer = browser.setInterval(() => this.tick(), 1000);
        this.tick();
        onWillDestroy(() => browser.clearInterval(timer));
    }

    get isNobody() {
        return this.call.result?.matches.length === 0;
    }

    async loadActions() {
        if (this.call.result.kind === "external") {
            this.state.actions = await availableUnknownCallerActions();
        }
    }

    again() {
        this.store.identify(this.call.id, true);
    }

    tick() {
        if (this.call.state !== "ended") {
            const {answered_at, started_at} = this.call;
            const start = deserializeDateTime(answered_at || started_at);
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

    get look() {
        const {direction, cause} = this.call;
        return {
            ringing: {
                title: direction === "in" ? _t("Incoming call") : _t("Calling"),
                icon: "fa-phone",
            },
            answered: {title: _t("On the phone"), icon: "fa-volume-control-phone"},
            ended: {title: _t("Call ended"), icon: "fa-check"},
            missed: {title: _t("Missed call"), icon: "fa-exclamation-circle"},
            unreached: {
                title: cause === "busy" ? _t("Busy") : _t("Nobody answered"),
                icon: "fa-times-circle",
            },
        }[this.phase];
    }

    get phase() {
        return phase(this.call);
    }

    get nobody() {
        return {
            anonymous: _t("This caller withholds the number."),
            invalid: _t("This does not look like a phone number."),
            internal: _t("No user with this extension."),
            external: _t("Nobody with this number yet."),
        }[this.call.result.kind];
    }

    /** The user turns to this call. */
    choose() {
        this.store.chosen = this.call.id;
    }

    /** It is noted on the call, so that wrap-up and chatter know it too. */
    async chooseCaller(match) {
        const {id} = this.call;
        const partner_id =
            match.model === "res.partner" ? match.id : match.commercial_partner_id;
        await this.orm.write("phone.call", [id], {partner_id});
        this.store.settle(id, match);
    }

    openCall() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "phone.call",
            res_id: this.call.id,
            views: [[false, "form"]],
        });
    }

    async run(action) {
        await this.action.doAction(
            await action.getAction(this.call.number, {orm: this.orm}),
        );
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
