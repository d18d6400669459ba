import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime, toLocaleDateString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {AvailabilityChart} from "../availability/availability_chart";

/** The picture of one line's date: what is there, what comes, who takes it, and why. */
export class PromiseTimelineDialog extends Component {
    static template = "stock_promise.PromiseTimelineDialog";
    static components = {AvailabilityChart, Dialog};
    static props = {
        resModel: String,
        resId: Number,
        // called after an alternative was taken
        onChanged: {type: Function, optional: true},
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({timeline: null, productId: false});
        onWillStart(async () => {
            const timeline = await this.orm.call(
                this.props.resModel,
                "get_promise_timeline",
                [[this.props.resId]],
            );
            this.state.timeline = timeline;
            this.state.productId = timeline.products[0]?.id || false;
        });
    }

    get product() {
        return this.state.timeline.products.find(
            (product) => product.id === this.state.productId,
        );
    }

    get ownLabel() {
        const counted = this.product.claims.some((claim) => claim.counted);
        return counted ? _t("This line") : _t("This line (not held)");
    }

    day(offer) {
        return toLocaleDateString(deserializeDateTime(offer.promised_date));
    }

    async use(offer) {
        await this.orm.call(this.props.resModel, "action_use_alternative", [
            [this.props.resId],
            offer.product_id,
            offer.warehouse_id,
        ]);
        this.props.close();
        await this.props.onChanged?.();
    }

    selectProduct(event) {
        this.state.productId = Number(event.target.value);
    }
}

/** A button on a line that opens the picture of its date. */
export class PromiseTimeline extends Component {
    static template = "stock_promise.PromiseTimeline";
    static props = {...standardWidgetProps};

    setup() {
        this.dialog = useService("dialog");
    }

    get isVisible() {
        const {data, resId} = this.props.record;
        return Boolean(resId && data.product_id);
    }

    async open() {
        const {record} = this.props;
        // What is drawn is what is saved.
        if (await record.model.root.save()) {
            this.dialog.add(PromiseTimelineDialog, {
                resModel: record.resModel,
                resId: record.resId,
                onChanged: () => record.model.root.load(),
            });
        }
    }
}

registry.category("view_widgets").add("promise_timeline", {
    component: PromiseTimeline,
    fieldDependencies: [{name: "product_id", type: "many2one"}],
    listViewWidth: 20,
});
