import {
    Component,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {serializeDate, toLocaleDateString, today} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {RPCError} from "@web/core/network/rpc";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {formatFloat} from "@web/views/fields/formatters";
import {buildRows, eventRows, isEmpty, summarize} from "./availability_data";

const {DateTime} = luxon;

/** Pairs for a light and a dark background; each keeps a contrast of 3:1 on its own. */
const COLORS = {
    light: {
        available: "#056BD9",
        area: "rgba(5, 107, 217, .12)",
        projected: "#545B70",
        supply: "#00876F",
        demand: "#C2590C",
        own: "#7F4295",
        text: "#111827",
        grid: "rgba(0, 0, 0, .1)",
        zero: "rgba(0, 0, 0, .55)",
    },
    dark: {
        available: "#4EA7F2",
        area: "rgba(78, 167, 242, .18)",
        projected: "#A4A8B6",
        supply: "#43C5B1",
        demand: "#F4A261",
        own: "#C79ADB",
        text: "#E4E4E4",
        grid: "rgba(255, 255, 255, .15)",
        zero: "rgba(255, 255, 255, .6)",
    },
};

/**
 * @param {HTMLElement} element
 * @returns {boolean} whether the page's own text is light there: what is drawn follows
 *  the page as it looks, whichever way that was chosen
 */
function isOnDark(element) {
    const [red, green, blue] = getComputedStyle(element)
        .color.match(/[\d.]+/g)
        .map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue > 128;
}

/**
 * A product's stock over the coming days in one warehouse: what comes in, what is
 * claimed, the balance, and what can still be promised.
 *
 * With `claims` the days' demand is split into what others claim and what belongs to
 * the document that shows the picture, e.g.
 * `[{ date: "2026-03-02", quantity: 5, own: true }]`; quantities are in the product's
 * unit and are part of the demand that the server answers.
 */
export class AvailabilityChart extends Component {
    static template = "stock_promise.AvailabilityChart";
    static props = {
        productId: Number,
        warehouseId: {type: [Number, Boolean], optional: true},
        days: {type: Number, optional: true},
        claims: {type: Array, optional: true},
        uomName: {type: String, optional: true},
        // how the document that shows the picture calls its own share
        ownLabel: {type: String, optional: true},
        // the caller raises it to have everything read again
        version: {type: Number, optional: true},
        // "controls": what the caller wants beside the switch of chart and table
        slots: {type: Object, optional: true},
    };
    static defaultProps = {warehouseId: false, days: 90, claims: [], uomName: ""};

    setup() {
        this.orm = useService("orm");
        this.canvasRef = useRef("canvas");
        this.keepLast = new KeepLast();
        this.chart = null;
        this.state = useState({mode: "chart", rows: [], error: "", loading: true});
        onWillStart(() =>
            Promise.all([loadBundle("web.chartjs_lib"), this.load(this.props)]),
        );
        onWillUpdateProps((nextProps) => {
            const keys = ["productId", "warehouseId", "days", "version"];
            if (
                keys.some((key) => nextProps[key] !== this.props[key]) ||
                JSON.stringify(nextProps.claims) !== JSON.stringify(this.props.claims)
            ) {
                this.load(nextProps);
            }
        });
        useEffect(
            () => {
                this.renderChart();
            },
            () => [this.canvasRef.el, this.state.rows],
        );
        onWillUnmount(() => this.destroyChart());
    }

    // ------------------------------------------------------------------ data

    async load(props) {
        const from = today();
        const to = from.plus({days: props.days - 1});
        this.state.loading = true;
        try {
            const answer = await this.keepLast.add(
                this.orm.call("delivery.promise", "atp_profile", [
                    [props.productId],
                    props.warehouseId || false,
                    serializeDate(from),
                    serializeDate(to),
                ]),
            );
            this.state.rows = buildRows(
                answer[String(props.productId)] || [],
                props.claims,
            );
            this.state.error = "";
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            // The rest of the form stays usable: the reason is shown in place.
            this.state.rows = [];
            this.state.error = error.data?.message || error.message;
        }
        this.state.loading = false;
    }

    get ownLabel() {
        return this.props.ownLabel || _t("This promise");
    }

    get hasOwn() {
        return this.state.rows.some((row) => row.own);
    }

    get isEmpty() {
        return isEmpty(this.state.rows);
    }

    get tableRows() {
        return eventRows(this.state.rows);
    }

    get figures() {
        const summary = summarize(this.state.rows);
        const figures = [
            {key: "opening", label: _t("On hand"), value: summary.opening},
            {key: "supply", label: _t("Coming in"), value: summary.supply},
            {
                key: "demand",
                label: this.hasOwn ? _t("Claimed by others") : _t("Claimed"),
                value: summary.demand,
            },
        ];
        if (this.hasOwn) {
            figures.push({key: "own", label: this.ownLabel, value: summary.own});
        }
        figures.push({
            key: "available",
            label: _t("Can be promised today"),
            value: summary.available,
        });
        return figures;
    }

    get shortage() {
        return summarize(this.state.rows).shortage;
    }

    get ariaLabel() {
        const figures = this.figures
            .map((figure) => `${figure.label}: ${this.formatQuantity(figure.value)}`)
            .join("; ");
        return _t("Available to promise for the next %(days)s days. %(figures)s", {
            days: this.props.days,
            figures,
        });
    }

    formatQuantity(value) {
        const text = formatFloat(value, {trailingZeros: false});
        return this.props.uomName ? `${text} ${this.props.uomName}` : text;
    }

    formatNumber(value) {
        return formatFloat(value, {trailingZeros: false});
    }

    formatDay(date) {
        return toLocaleDateString(DateTime.fromISO(date));
    }

    setMode(mode) {
        this.state.mode = mode;
    }

    // ----------------------------------------------------------------- chart

    destroyChart() {
        this.chart?.destroy();
        this.chart = null;
    }

    renderChart() {
        this.destroyChart();
        if (this.canvasRef.el && this.state.rows.length) {
            this.chart = new Chart(this.canvasRef.el, this.getChartConfig());
        }
    }

    getDatasets(colors) {
        const {rows} = this.state;
        const bar = (label, values, color) => ({
            type: "bar",
            label,
            data: values,
            backgroundColor: color,
            stack: "moves",
            order: 2,
            minBarLength: 2,
            maxBarThickness: 22,
        });
        const line = (label, values, color, extra) => ({
            type: "line",
            label,
            data: values,
            borderColor: color,
            backgroundColor: color,
            stepped: "middle",
            pointRadius: 0,
            pointHitRadius: 8,
            order: 1,
            ...extra,
        });
        // A day without moves must not draw a bar of the least length.
        const orNull = (value) => value || null;
        const datasets = [
            line(
                _t("Available to promise"),
                rows.map((row) => row.available),
                colors.available,
                {borderWidth: 3, fill: "origin", backgroundColor: colors.area},
            ),
            line(
                _t("Projected balance"),
                rows.map((row) => row.projected),
                colors.projected,
                {borderWidth: 2, borderDash: [5, 4]},
            ),
            bar(
                _t("Coming in"),
                rows.map((row) => orNull(row.supply)),
                colors.supply,
            ),
            bar(
                this.hasOwn ? _t("Claimed by others") : _t("Claimed"),
                rows.map((row) => orNull(-row.others)),
                colors.demand,
            ),
        ];
        if (this.hasOwn) {
            datasets.push(
                bar(
                    this.ownLabel,
                    rows.map((row) => orNull(-row.own)),
                    colors.own,
                ),
            );
        }
        return datasets;
    }

    getChartConfig() {
        const colors = COLORS[isOnDark(this.canvasRef.el) ? "dark" : "light"];
        const {rows} = this.state;
        const format = {day: "numeric", month: "short"};
        return {
            type: "bar",
            data: {
                labels: rows.map((row) =>
                    DateTime.fromISO(row.date).toLocaleString(format),
                ),
                datasets: this.getDatasets(colors),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: {mode: "index", intersect: false},
                scales: {
                    x: {
                        stacked: true,
                        grid: {display: false},
                        border: {color: colors.grid},
                        ticks: {
                            color: colors.text,
                            autoSkipPadding: 16,
                            maxRotation: 0,
                        },
                    },
                    y: {
                        grace: "5%",
                        grid: {
                            color: (context) =>
                                context.tick?.value === 0 ? colors.zero : colors.grid,
                        },
                        border: {display: false},
                        ticks: {
                            color: colors.text,
                            maxTicksLimit: 7,
                            callback: (value) => this.formatNumber(value),
                        },
                    },
                },
                plugins: {
                    legend: {
                        position: "bottom",
                        labels: {
                            color: colors.text,
                            boxWidth: 14,
                            boxHeight: 10,
                            generateLabels: (chart) =>
                                this.getLegendItems(chart, colors),
                        },
                    },
                    tooltip: {
                        filter: (item) => item.raw !== null,
                        callbacks: {
                            title: (items) =>
                                items.length
                                    ? this.formatDay(rows[items[0].dataIndex].date)
                                    : "",
                            label: (item) => {
                                const isBar = item.dataset.type === "bar";
                                const value = isBar ? Math.abs(item.raw) : item.raw;
                                return ` ${item.dataset.label}: ${this.formatQuantity(value)}`;
                            },
                            labelColor: (item) => ({
                                borderColor:
                                    item.dataset.borderColor ||
                                    item.dataset.backgroundColor,
                                backgroundColor:
                                    item.dataset.borderColor ||
                                    item.dataset.backgroundColor,
                            }),
                        },
                    },
                },
            },
        };
    }

    /** Legend boxes in the lines' own strong colours, not in that of the filled area. */
    getLegendItems(chart, colors) {
        const items = Chart.defaults.plugins.legend.labels.generateLabels(chart);
        for (const item of items) {
            const dataset = chart.data.datasets[item.datasetIndex];
            item.fillStyle = dataset.borderColor || dataset.backgroundColor;
            item.strokeStyle = item.fillStyle;
            item.lineDash = [];
            item.fontColor = colors.text;
        }
        return items;
    }
}
