import {
    Component,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {DateTime} = luxon;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON = 4 * HOUR;

/**
 * @param {number} left milliseconds
 * @returns {string} the two units that matter
 */
export function formatTimeLeft(left) {
    const days = Math.floor(left / DAY);
    const hours = Math.floor((left % DAY) / HOUR);
    const minutes = Math.floor((left % HOUR) / MINUTE);
    const seconds = Math.floor((left % MINUTE) / SECOND);
    if (days) {
        return _t("%(days)s d %(hours)s h left", {days, hours});
    }
    if (hours) {
        return _t("%(hours)s h %(minutes)s min left", {hours, minutes});
    }
    if (minutes) {
        return _t("%(minutes)s min %(seconds)s s left", {minutes, seconds});
    }
    return _t("%(seconds)s s left", {seconds});
}

/** The time that is left on a hold, counting down. */
export class HoldCountdown extends Component {
    static template = "stock_promise.HoldCountdown";
    static props = {...standardFieldProps};

    setup() {
        this.state = useState({left: 0});
        this.timer = null;
        onWillStart(() => this.tick(this.props));
        onWillUpdateProps((nextProps) => this.tick(nextProps));
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get until() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.state.left > 0 ? formatTimeLeft(this.state.left) : _t("Expired");
    }

    get title() {
        return this.until
            ? toLocaleDateTimeString(this.until, {showSeconds: true})
            : "";
    }

    get badgeClass() {
        if (this.state.left <= 0) {
            return "text-bg-danger";
        }
        return this.state.left < SOON ? "text-bg-warning" : "text-bg-info";
    }

    tick(props) {
        browser.clearTimeout(this.timer);
        const until = props.record.data[props.name];
        if (!until) {
            return;
        }
        const before = this.state.left;
        this.state.left = until.diff(DateTime.now()).toMillis();
        if (this.state.left > 0) {
            // Seconds are only shown, and only worth counting, in the last hour.
            const delay = this.state.left < HOUR + MINUTE ? SECOND : MINUTE / 2;
            this.timer = browser.setTimeout(() => this.tick(this.props), delay);
        } else if (before > 0) {
            this.onExpired(props.record);
        }
    }

    /** The status on the server has changed at this very second: show it on the form. */
    async onExpired(record) {
        if (this.env.config?.viewType === "form" && !(await record.isDirty())) {
            await record.load();
        }
    }
}

export const holdCountdown = {
    component: HoldCountdown,
    displayName: _t("Time left"),
    supportedTypes: ["datetime"],
};

registry.category("fields").add("hold_countdown", holdCountdown);
