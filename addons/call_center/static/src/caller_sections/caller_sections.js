import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;

/**
 * What the suite knows about a caller. The sections come from whichever add-ons
 * are installed; each is asked for on its own and shown as soon as it is there, so
 * that a slow one holds up nobody.
 */
export class CallerSections extends Component {
    static template = "call_center.CallerSections";
    static props = {
        model: String,
        resId: Number,
        onOpened: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({sections: [], error: ""});
        this.request = 0;
        onWillStart(() => {
            this.load(this.props);
        });
        onWillUpdateProps((props) => {
            if (props.model !== this.props.model || props.resId !== this.props.resId) {
                this.load(props);
            }
        });
    }

    async load({model, resId}) {
        const request = ++this.request;
        this.state.sections = [];
        this.state.error = "";
        let outline;
        try {
            outline = await this.orm.silent.call("phone.call", "caller_outline", [
                model,
                resId,
            ]);
        } catch (error) {
            this.fail(request, error);
            return;
        }
        if (request !== this.request) {
            return;
        }
        this.state.sections = outline.map((section) => ({
            ...section,
            records: [],
            alerts: [],
            ready: false,
            error: "",
        }));
        for (const section of this.state.sections) {
            this.loadSection(section, model, resId, request);
        }
    }

    async loadSection(section, model, resId, request) {
        try {
            const {sections} = await this.orm.silent.call(
                "phone.call",
                "caller_context",
                [model, resId, [section.code]],
            );
            if (request === this.request) {
                Object.assign(section, sections[0] || {}, {ready: true});
            }
        } catch (error) {
            if (request === this.request) {
                section.error = error.data?.message || _t("Could not be loaded.");
                section.ready = true;
            }
        }
    }

    fail(request, error) {
        if (request === this.request) {
            this.state.error = error.data?.message || _t("Could not be loaded.");
        }
    }

    /** Sections without anything to show take no room once that is known. */
    get sections() {
        return this.state.sections.filter(
            (section) =>
                !section.ready ||
                section.error ||
                section.records.length ||
                section.alerts.length,
        );
    }

    /** Alerts stand above all sections: nobody scrolls before they speak. */
    get alerts() {
        return this.state.sections.flatMap((section) =>
            section.alerts.map((alert, index) => ({
                ...alert,
                key: `${section.code}_${index}`,
            })),
        );
    }

    get isReady() {
        return this.state.sections.every((section) => section.ready);
    }

    format(record, detail) {
        const value = record[detail.key];
        if (detail.type === "datetime") {
            return deserializeDateTime(value).toLocaleString(DateTime.DATETIME_MED);
        }
        if (detail.type === "date") {
            return deserializeDate(value).toLocaleString(DateTime.DATE_MED);
        }
        return String(value);
    }

    href(record) {
        return `/odoo/${record.model}/${record.id}`;
    }

    async open(record) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: record.model,
            res_id: record.id,
            views: [[false, "form"]],
        });
        this.props.onOpened?.();
    }
}
