import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {formatFloat} from "@web/views/fields/formatters";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {AvailabilityChart} from "./availability_chart";

const HORIZONS = [30, 90, 365];
const LINE_FIELDS = [
    "promise_id",
    "partner_id",
    "quantity",
    "product_uom_id",
    "promised_date",
    "ship_date",
    "status",
    "promise_state",
];
const LINE_LIMIT = 20;

/** The tab "Available to Promise" of a product or a product variant. */
export class ProductAvailability extends Component {
    static template = "stock_promise.ProductAvailability";
    static components = {AvailabilityChart};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.horizons = HORIZONS;
        this.state = useState({
            variants: [],
            productId: false,
            warehouses: [],
            warehouseId: false,
            days: 90,
            lines: [],
            lineCount: 0,
        });
        onWillStart(async () => {
            this.labels = await this.orm.call("delivery.promise.line", "fields_get", [
                ["promise_state", "status"],
                ["selection"],
            ]);
            await this.loadProduct(this.props.record);
        });
        onWillUpdateProps(async ({record}) => {
            if (record.resId !== this.loadedId) {
                await this.loadProduct(record);
            }
        });
    }

    async loadProduct(record) {
        this.loadedId = record.resId;
        const domain =
            record.resModel === "product.template"
                ? [["product_tmpl_id", "=", record.resId]]
                : [["id", "=", record.resId]];
        const [variants, warehouses] = await Promise.all([
            this.orm.searchRead("product.product", domain, ["display_name", "uom_id"], {
                limit: 200,
            }),
            this.orm.searchRead(
                "stock.warehouse",
                [
                    [
                        "company_id",
                        "in",
                        user.activeCompanies.map((company) => company.id),
                    ],
                ],
                ["display_name", "company_id"],
            ),
        ]);
        const preferred = warehouses.find(
            (warehouse) => warehouse.company_id[0] === user.activeCompany.id,
        );
        Object.assign(this.state, {
            variants,
            productId: variants.length ? variants[0].id : false,
            warehouses,
            warehouseId: (preferred || warehouses[0])?.id || false,
        });
        await this.loadLines();
    }

    get lineDomain() {
        const {productId, warehouseId} = this.state;
        return [
            ["product_id", "=", productId],
            ["promise_state", "in", ["held", "confirmed"]],
            ["status", "not in", ["kept", "broken"]],
            ["warehouse_id", "=", warehouseId],
        ];
    }

    async loadLines() {
        if (!this.state.productId) {
            Object.assign(this.state, {lines: [], lineCount: 0});
            return;
        }
        const {records, length} = await this.keepLast.add(
            this.orm.webSearchRead("delivery.promise.line", this.lineDomain, {
                specification: Object.fromEntries(
                    LINE_FIELDS.map((name) => [
                        name,
                        name.endsWith("_id") ? {fields: {display_name: {}}} : {},
                    ]),
                ),
                order: "ship_date, id",
                limit: LINE_LIMIT,
            }),
        );
        Object.assign(this.state, {lines: records, lineCount: length});
    }

    get currentVariant() {
        return this.state.variants.find(
            (variant) => variant.id === this.state.productId,
        );
    }

    get uomName() {
        return this.currentVariant?.uom_id?.[1] || "";
    }

    async selectVariant(ev) {
        this.state.productId = Number(ev.target.value);
        await this.loadLines();
    }

    async selectWarehouse(ev) {
        this.state.warehouseId = Number(ev.target.value);
        await this.loadLines();
    }

    selectDays(days) {
        this.state.days = days;
    }

    // ----------------------------------------------------------------- lines

    label(line, name) {
        const found = this.labels[name].selection.find(
            ([value]) => value === line[name],
        );
        return found ? found[1] : "";
    }

    statusClass(line) {
        return {
            on_time: "text-bg-success",
            at_risk: "text-bg-warning",
            late: "text-bg-danger",
        }[line.status];
    }

    formatDate(value) {
        return value
            ? toLocaleDateTimeString(deserializeDateTime(value), {showSeconds: false})
            : _t("No date known");
    }

    formatQuantity(line) {
        const quantity = formatFloat(line.quantity, {trailingZeros: false});
        return `${quantity} ${line.product_uom_id?.display_name || ""}`.trim();
    }

    openPromise(line) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "delivery.promise",
            res_id: line.promise_id.id,
            views: [[false, "form"]],
        });
    }

    openLines() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Promises of %s", this.currentVariant.display_name),
            res_model: "delivery.promise.line",
            domain: this.lineDomain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}

export const productAvailability = {
    component: ProductAvailability,
};

registry.category("view_widgets").add("product_availability", productAvailability);
