import {Component} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatFloat} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const SOURCES = {
    stock: _t("Stock on hand"),
    receipt: _t("Incoming receipt"),
    transfer: _t("Transfer from another warehouse"),
    purchase: _t("To be bought"),
    manufacture: _t("To be made"),
};

/** Which quantity comes from where, and when it leaves and arrives. */
export class PromiseSchedule extends Component {
    static template = "stock_promise.PromiseSchedule";
    static props = {...standardFieldProps};

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    quantity(row) {
        return formatFloat(row.quantity, {trailingZeros: false});
    }

    source(row) {
        const source = SOURCES[row.source] || row.source;
        return row.origin ? `${source} (${row.origin})` : String(source);
    }

    date(value) {
        return value
            ? toLocaleDateTimeString(deserializeDateTime(value), {showSeconds: false})
            : "";
    }
}

/** Why a line has its date, a sentence for each reason. */
export class PromiseReasons extends Component {
    static template = "stock_promise.PromiseReasons";
    static props = {...standardFieldProps};

    get reasons() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("promise_schedule", {
    component: PromiseSchedule,
    displayName: _t("Delivery schedule"),
    supportedTypes: ["json"],
});
registry.category("fields").add("promise_reasons", {
    component: PromiseReasons,
    displayName: _t("Reasons"),
    supportedTypes: ["json"],
});
