import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const INTERVAL = 2000;

/** How far the jobs of a run are: it looks again as long as they are under way. */
export class BackorderProgress extends Component {
    static template = "stock_promise_backorder.BackorderProgress";
    static props = {...standardFieldProps};

    setup() {
        this.timer = null;
        onMounted(() => this.plan());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get data() {
        return this.props.record.data;
    }

    get percent() {
        return Math.round(this.data[this.props.name]);
    }

    get text() {
        return _t("%(done)s of %(all)s", {
            done: this.data.finished_count,
            all: this.data.todo_count,
        });
    }

    get barClass() {
        if (this.data.state === "applying") {
            return "progress-bar-striped progress-bar-animated";
        }
        return this.data.failed_count ? "bg-warning" : "bg-success";
    }

    plan() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.refresh(), INTERVAL);
    }

    async refresh() {
        if (this.data.state === "applying" && !(await this.props.record.isDirty())) {
            await this.props.record.load();
        }
        this.plan();
    }
}

export const backorderProgress = {
    component: BackorderProgress,
    displayName: _t("Progress of jobs"),
    supportedTypes: ["float"],
    fieldDependencies: [
        {name: "state", type: "selection"},
        {name: "finished_count", type: "integer"},
        {name: "todo_count", type: "integer"},
        {name: "failed_count", type: "integer"},
    ],
};

registry.category("fields").add("backorder_progress", backorderProgress);
