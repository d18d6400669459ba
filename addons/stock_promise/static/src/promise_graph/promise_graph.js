import {GraphModel} from "@web/views/graph/graph_model";
import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {cookie} from "@web/core/browser/cookie";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

/** What is said of a promise, in the colours of what it means: for each field and
 * value a name, and for each name a pair for a light and a dark background. */
const MEANING = {
    status: {
        kept: "good",
        on_time: "plan",
        at_risk: "doubt",
        late: "poor",
        broken: "bad",
    },
    outcome: {
        on_time: "good",
        late: "poor",
        short: "bad",
        overdue: "bad",
        open: "plan",
        held: "plan",
        undated: "none",
        cancelled: "none",
        expired: "doubt",
        released: "none",
        gains: "good",
        same: "plan",
        loses: "poor",
        no_date: "bad",
        left_out: "none",
    },
};
const COLORS = {
    good: ["#00876F", "#43C5B1"],
    plan: ["#056BD9", "#4EA7F2"],
    doubt: ["#D9A300", "#F2CC60"],
    poor: ["#C2590C", "#F4A261"],
    bad: ["#B3261E", "#F2837B"],
    none: ["#6B7280", "#9CA3AF"],
};

export function promiseColor(fieldName, value, dark) {
    const name = MEANING[fieldName] && MEANING[fieldName][value];
    return name && COLORS[name][dark ? 1 : 0];
}

/** Of a share that nobody measured nothing is drawn: 0 % would say that all failed. */
export class PromiseGraphModel extends GraphModel {
    _getData(dataPoints) {
        const data = super._getData(...arguments);
        const {fields, measure} = this.metaData;
        if (!fields[measure] || fields[measure].aggregator !== "avg") {
            return data;
        }
        const measured = {};
        for (const dataPoint of dataPoints) {
            if (dataPoint.count && typeof dataPoint.value === "number") {
                const label = this._getDatasetLabel(dataPoint);
                measured[label] = measured[label] || new Set();
                measured[label].add(dataPoint.labelIndex);
            }
        }
        for (const dataset of data.datasets) {
            const known = measured[dataset.label] || new Set();
            dataset.data = dataset.data.map((value, index) =>
                known.has(index) ? value : null,
            );
        }
        return data;
    }
}

export class PromiseGraphRenderer extends GraphRenderer {
    get isDark() {
        return cookie.get("color_scheme") === "dark";
    }

    /** The colour of what a group by this field stands for, if it has a meaning. */
    colorOf(identifier, from, to) {
        for (const group of JSON.parse(identifier).slice(from, to)) {
            for (const [spec, value] of Object.entries(group)) {
                const color = promiseColor(spec.split(":")[0], value, this.isDark);
                if (color) {
                    return color;
                }
            }
        }
        return undefined;
    }

    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of data.datasets) {
            const identifiers = [...(dataset.identifiers || [])];
            const color = identifiers.length && this.colorOf(identifiers[0], 1);
            if (color) {
                dataset.backgroundColor = color;
            } else if (identifiers.length) {
                this.colorLabels(dataset, identifiers);
            }
        }
        return data;
    }

    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            const [identifier] = dataset.identifiers || [];
            const color = identifier && this.colorOf(identifier, 1);
            if (color) {
                dataset.borderColor = color;
                dataset.backgroundColor = `${color}40`;
                dataset.hoverBackgroundColor = color;
                dataset.pointBackgroundColor = color;
            }
        }
        return data;
    }

    getPieChartData() {
        const data = super.getPieChartData();
        for (const dataset of data.datasets) {
            this.colorLabels(dataset, [...(dataset.identifiers || [])]);
        }
        return data;
    }

    /** Bars and slices that stand for a value each, in the order of the labels. */
    colorLabels(dataset, identifiers) {
        const colors = identifiers.map((identifier) => this.colorOf(identifier, 0));
        if (colors.length === dataset.data.length && colors.every(Boolean)) {
            dataset.backgroundColor = colors;
            dataset.hoverBackgroundColor = colors;
        }
    }
}

export const promiseGraphView = {
    ...graphView,
    Model: PromiseGraphModel,
    Renderer: PromiseGraphRenderer,
};

registry.category("views").add("promise_graph", promiseGraphView);
