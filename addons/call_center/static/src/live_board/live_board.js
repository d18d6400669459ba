import {Component, onWillDestroy, onWillStart, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {formatSeconds} from "../call_duration/call_duration";

const CHANNEL = "call_center.board";
/** News come over the bus; this is for the day on which it does not. */
const SLOW_POLL = 30000;
/** Many news in a row are fetched together. */
const PAUSE = 1000;

/** Who waits, who is free, how the day goes; refreshes by itself. */
export class LiveBoard extends Component {
    static template = "call_center.LiveBoard";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.action = useService("action");
        this.state = useState({board: null, error: "", now: 0});
        this.shift = 0;
        this.bus.addChannel(CHANNEL);
        this.onNews = () => this.loadSoon();
        this.bus.subscribe(CHANNEL, this.onNews);
        this.bus.addEventListener("BUS:RECONNECT", this.onNews);
        onWillStart(() => this.load());
        const ticking = browser.setInterval(() => this.tick(), 1000);
        const polling = browser.setInterval(() => this.load(), SLOW_POLL);
        onWillDestroy(() => {
            this.bus.unsubscribe(CHANNEL, this.onNews);
            this.bus.removeEventListener("BUS:RECONNECT", this.onNews);
            this.bus.deleteChannel(CHANNEL);
            browser.clearInterval(ticking);
            browser.clearInterval(polling);
            browser.clearTimeout(this.soon);
        });
    }

    loadSoon() {
        if (!this.soon) {
            this.soon = browser.setTimeout(() => {
                this.soon = null;
                this.load();
            }, PAUSE);
        }
    }

    async load() {
        try {
            const board = await this.orm.silent.call("phone.call", "board", []);
            // the server's clock counts: an agent's may be minutes off
            this.shift = deserializeDateTime(board.now).toMillis() - Date.now();
            this.state.board = board;
            this.state.error = "";
            this.tick();
        } catch (error) {
            this.state.error =
                error.data?.message || _t("The server does not answer. Trying again.");
        }
    }

    tick() {
        this.state.now = Date.now() + this.shift;
    }

    since(moment) {
        if (!moment) {
            return "";
        }
        const millis = deserializeDateTime(moment).toMillis();
        return formatSeconds((this.state.now - millis) / 1000);
    }

    get tiles() {
        const {totals} = this.state.board;
        return [
            {
                code: "waiting",
                label: _t("Waiting"),
                value: totals.waiting,
                note: totals.waiting
                    ? _t("longest %s", this.since(totals.waiting_since))
                    : _t("nobody"),
                color: totals.waiting ? "danger" : "success",
                icon: "fa-hourglass-half",
            },
            {
                code: "free",
                label: _t("Free"),
                value: totals.free,
                color: totals.free ? "success" : "warning",
                icon: "fa-headphones",
            },
            {
                code: "talking",
                label: _t("On a call"),
                value: totals.talking,
                color: "primary",
                icon: "fa-phone",
            },
            {
                code: "wrap_up",
                label: _t("Wrap-up"),
                value: totals.wrap_up,
                color: "info",
                icon: "fa-pencil",
            },
            {
                code: "away",
                label: _t("Away"),
                value: totals.away + totals.offline,
                color: "dark",
                icon: "fa-coffee",
            },
        ];
    }

    status(agent) {
        if (agent.ringing) {
            return {label: _t("Ringing"), color: "warning"};
        }
        return {
            free: {label: _t("Free"), color: "success"},
            talking: {label: _t("On a call"), color: "primary"},
            wrap_up: {label: _t("Wrap-up"), color: "info"},
            away: {label: _t("Away"), color: "secondary"},
            offline: {label: _t("Not signed in"), color: "light"},
        }[agent.status];
    }

    /** Red and green say what a word says too. */
    reached(row) {
        if (row.service_level === false) {
            return "";
        }
        return row.service_level >= row.goal_share ? "text-success" : "text-danger";
    }

    place(row) {
        return [row.team, row.company].filter(Boolean).join(", ");
    }

    async toggleAway() {
        await this.orm.call("phone.call", "set_away", [!this.state.board.me.away]);
        await this.load();
    }

    openWaiting() {
        return this.action.doAction("call_center.phone_call_action", {
            additionalContext: {search_default_running: 1},
        });
    }
}

registry.category("actions").add("call_center.live_board", LiveBoard);
