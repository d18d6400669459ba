import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {AvailabilityChart} from "./availability_chart";

const {DateTime} = luxon;
const SHORTEST = 30;
const LONGEST = 365;
const DAYS_AFTER = 14;

/** A promise line's product over the days until it leaves, with the line's own claim. */
export class LineAvailability extends Component {
    static template = "stock_promise.LineAvailability";
    static components = {AvailabilityChart};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({product: null, claims: []});
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({record}) => {
            if (this.getKey(record) !== this.loadedKey) {
                return this.load(record);
            }
        });
    }

    getKey({resId, data}) {
        return `${resId},${data.product_id?.id},${data.promise_state}`;
    }

    async load(record) {
        this.loadedKey = this.getKey(record);
        const productId = record.data.product_id?.id;
        if (!productId) {
            this.state.product = null;
            return;
        }
        const [[product], timeline] = await this.keepLast.add(
            Promise.all([
                this.orm.read(
                    "product.product",
                    [productId],
                    ["is_storable", "uom_id"],
                ),
                record.resId
                    ? this.orm.call("delivery.promise.line", "get_promise_timeline", [
                          [record.resId],
                      ])
                    : {products: []},
            ]),
        );
        this.state.product = product;
        this.state.claims =
            timeline.products.find(({id}) => id === productId)?.claims || [];
    }

    /** Until some days after it has left, so that one sees what comes next. */
    get days() {
        const until = this.props.record.data.ship_date;
        const days = until ? until.diff(DateTime.now(), "days").days + DAYS_AFTER : 0;
        return Math.min(Math.max(Math.ceil(days), SHORTEST), LONGEST);
    }

    get warehouseId() {
        return this.props.record.data.warehouse_id?.id || false;
    }
}

registry.category("view_widgets").add("promise_line_availability", {
    component: LineAvailability,
    fieldDependencies: [
        {name: "product_id", type: "many2one"},
        {name: "warehouse_id", type: "many2one"},
        {name: "ship_date", type: "datetime"},
        {name: "promise_state", type: "selection"},
    ],
});
