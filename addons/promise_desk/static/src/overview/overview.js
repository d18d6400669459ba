import {
    Component,
    onWillStart,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {cookie} from "@web/core/browser/cookie";
import {formatCurrency} from "@web/core/currency";
import {deserializeDateTime, toLocaleDateString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const {DateTime} = luxon;

/** Pairs for a light and a dark background; each keeps a contrast of 3:1 on its own. */
const COLORS = {
    light: {good: "#00876F", bad: "#C2590C", plan: "#056BD9", text: "#111827"},
    dark: {good: "#43C5B1", bad: "#F4A261", plan: "#4EA7F2", text: "#E4E4E4"},
};

/** A manager's first look: are promises kept, what is at risk, what is asked for. */
export class PromiseOverview extends Component {
    static template = "promise_desk.Overview";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.weeksRef = useRef("weeks");
        this.pipelineRef = useRef("pipeline");
        this.charts = [];
        this.display = {controlPanel: {}};
        this.periods = [30, 90, 365];
        this.state = useState({days: 90, data: null});
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        useEffect(
            () => this.renderCharts(),
            () => [this.state.data],
        );
        onWillUnmount(() => this.destroyCharts());
    }

    async load() {
        this.state.data = await this.keepLast.add(
            this.orm.call("promise.desk.overview", "get_overview", [this.state.days]),
        );
    }

    selectDays(days) {
        this.state.days = days;
        return this.load();
    }

    // ---------------------------------------------------------------- figures

    get tiles() {
        const {kept, risk, holds} = this.state.data;
        return [
            {
                key: "kept",
                label: _t("Kept by the latest promise"),
                value: this.share(kept.on_time_latest),
                more: _t("first promise %(first)s, customer's request %(requested)s", {
                    first: this.share(kept.on_time_first),
                    requested: this.share(kept.on_time_requested),
                }),
                open: () => this.openPerformance(),
            },
            {
                key: "otif",
                label: _t("On time in full"),
                value: this.share(kept.otif_latest),
                more: _t("in full %(share)s, of %(lines)s lines", {
                    share: this.share(kept.in_full),
                    lines: kept.lines,
                }),
                open: () => this.openPerformance(),
            },
            {
                key: "risk",
                label: _t("Late or at risk now"),
                value: String(risk.late + risk.at_risk),
                more: _t("%(late)s late, worth %(amount)s in all", {
                    late: risk.late,
                    amount: this.money(risk.amount),
                }),
                danger: risk.late + risk.at_risk > 0,
                open: () =>
                    this.openCounted(
                        "promise_desk.delivery_promise_action_call_back",
                        risk.domain,
                    ),
            },
            {
                key: "holds",
                label: _t("Held now"),
                value: this.money(holds.amount),
                more: _t("%(count)s holds, %(ending)s end within 4 hours", holds),
                open: () => this.openHolds(holds.domain, _t("Held now")),
            },
            {
                key: "expired",
                label: _t("Holds that ended without an order"),
                value: this.money(holds.expired_amount),
                more: _t("%s holds", holds.expired_count),
                open: () =>
                    this.openHolds(
                        holds.expired_domain,
                        _t("Holds that ended without an order"),
                    ),
            },
        ];
    }

    share(value) {
        return value === false ? "–" : formatPercentage(value, {digits: [16, 0]});
    }

    money(value) {
        return formatCurrency(value, this.state.data.currency_id, {
            humanReadable: true,
        });
    }

    quantity(value) {
        return formatFloat(value, {trailingZeros: false});
    }

    day(value) {
        return value ? toLocaleDateString(deserializeDateTime(value)) : "–";
    }

    // ---------------------------------------------------------------- actions

    /** An action with what a tile has counted, and nothing else. */
    async openCounted(name, domain) {
        const action = await this.action.loadAction(name);
        // without the filters that the action starts with
        return this.action.doAction({...action, domain, context: {}});
    }

    openPerformance() {
        return this.openCounted(
            "stock_promise.delivery_promise_report_action",
            this.state.data.kept.domain,
        );
    }

    openHolds(domain, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "delivery.promise",
            domain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openPromise(line) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "delivery.promise",
            res_id: line.promise_id,
            views: [[false, "form"]],
        });
    }

    openNeed() {
        return this.action.doAction("crm_stock_promise.crm_promise_need_report_action");
    }

    // ----------------------------------------------------------------- charts

    destroyCharts() {
        for (const chart of this.charts) {
            chart.destroy();
        }
        this.charts = [];
    }

    renderCharts() {
        this.destroyCharts();
        const colors = COLORS[cookie.get("color_scheme") === "dark" ? "dark" : "light"];
        const {kept, pipeline} = this.state.data;
        if (this.weeksRef.el) {
            this.charts.push(
                new Chart(this.weeksRef.el, {
                    type: "bar",
                    data: {
                        labels: kept.weeks.map(({date}) =>
                            DateTime.fromISO(date).toLocaleString({
                                day: "numeric",
                                month: "short",
                            }),
                        ),
                        datasets: [
                            this.bars(_t("Kept"), kept.weeks, "kept", colors.good),
                            this.bars(_t("Not kept"), kept.weeks, "late", colors.bad),
                        ],
                    },
                    options: this.options(colors, true),
                }),
            );
        }
        if (this.pipelineRef.el) {
            this.charts.push(
                new Chart(this.pipelineRef.el, {
                    type: "bar",
                    data: {
                        labels: pipeline.map(({name}) => name),
                        datasets: [
                            this.bars(
                                _t("Asked for"),
                                pipeline,
                                "quantity",
                                colors.bad,
                            ),
                            this.bars(
                                _t("Expected"),
                                pipeline,
                                "expected",
                                colors.plan,
                            ),
                            this.bars(
                                _t("Can be promised"),
                                pipeline,
                                "later",
                                colors.good,
                            ),
                        ],
                    },
                    options: {...this.options(colors, false), indexAxis: "y"},
                }),
            );
        }
    }

    bars(label, rows, key, color) {
        return {
            label,
            data: rows.map((row) => row[key]),
            backgroundColor: color,
            maxBarThickness: 22,
        };
    }

    options(colors, stacked) {
        const axis = {
            stacked,
            ticks: {color: colors.text, precision: 0},
            grid: {display: false},
        };
        return {
            animation: false,
            maintainAspectRatio: false,
            scales: {x: axis, y: axis},
            plugins: {
                legend: {
                    position: "bottom",
                    labels: {color: colors.text, boxWidth: 14},
                },
            },
        };
    }
}

registry.category("actions").add("promise_desk.overview", PromiseOverview);
