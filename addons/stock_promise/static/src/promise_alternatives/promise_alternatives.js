import {Component} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {formatFloat, formatMonetary} from "@web/views/fields/formatters";

const IN_FORCE = ["held", "confirmed", "done"];

/** What could be with the customer sooner, each with a button that takes it. */
export class PromiseAlternatives extends Component {
    static template = "stock_promise.PromiseAlternatives";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
    }

    get offers() {
        return this.props.record.data[this.props.name] || [];
    }

    /** A promise in force is not changed, nor what was not saved yet. */
    get canUse() {
        const {data, resId} = this.props.record;
        return Boolean(resId) && !IN_FORCE.includes(data.promise_state);
    }

    date(offer) {
        return toLocaleDateTimeString(deserializeDateTime(offer.promised_date), {
            showSeconds: false,
        });
    }

    cost(offer) {
        const currency = this.props.record.data.currency_id;
        const currencyId = currency && currency.id;
        const cost = currencyId
            ? formatMonetary(Math.abs(offer.cost), {currencyId})
            : formatFloat(Math.abs(offer.cost));
        return offer.cost > 0 ? _t("%s more", cost) : _t("%s less", cost);
    }

    async use(offer) {
        const {record} = this.props;
        if (!(await record.model.root.save())) {
            return;
        }
        await this.orm.call("delivery.promise.line", "action_use_alternative", [
            [record.resId],
            offer.product_id,
            offer.warehouse_id,
        ]);
        await record.model.root.load();
    }
}

registry.category("fields").add("promise_alternatives", {
    component: PromiseAlternatives,
    displayName: _t("Alternatives"),
    supportedTypes: ["json"],
    fieldDependencies: [
        {name: "promise_state", type: "selection"},
        {name: "currency_id", type: "many2one", relation: "res.currency"},
    ],
});
