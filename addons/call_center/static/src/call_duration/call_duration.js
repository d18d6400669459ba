import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** 3:07 minutes, 1:02:03 hours. */
export function formatSeconds(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    const rest = String(whole % 60).padStart(2, "0");
    return hours
        ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}`
        : `${minutes}:${rest}`;
}

/** A number of seconds, as people read it. */
export class CallDuration extends Component {
    static template = "call_center.CallDuration";
    static props = {...standardFieldProps};

    get value() {
        const seconds = this.props.record.data[this.props.name];
        return seconds ? formatSeconds(seconds) : "";
    }
}

registry.category("fields").add("call_duration", {
    component: CallDuration,
    displayName: _t("Duration of a Call"),
    supportedTypes: ["integer"],
});
