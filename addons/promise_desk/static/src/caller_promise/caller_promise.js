import {callerActions} from "@call_center/caller_actions/caller_actions";
import {Component, useState} from "@odoo/owl";
import {AutoComplete} from "@web/core/autocomplete/autocomplete";
import {deserializeDateTime, serializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;
let nextId = 1;

/** Products, quantities and wished days of a caller: their dates, and a lead of them. */
export class CallerPromise extends Component {
    static template = "promise_desk.CallerPromise";
    static components = {AutoComplete};
    static props = {
        match: Object,
        number: String,
        onOpened: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.uid = `o_caller_promise_${nextId++}`;
        this.state = useState({
            lines: [this.newLine()],
            answer: null,
            busy: false,
            error: "",
            done: "",
            leadId: false,
            stale: false,
        });
    }

    newLine() {
        return {key: nextId++, product: null, quantity: 1, wished: ""};
    }

    sources(line) {
        return [
            {
                options: async (term) => {
                    const found = await this.orm.silent.call(
                        "product.product",
                        "name_search",
                        [],
                        {
                            name: term,
                            domain: [
                                ["sale_ok", "=", true],
                                ["type", "=", "consu"],
                            ],
                            limit: 8,
                        },
                    );
                    return found.map(([id, name]) => ({
                        label: name,
                        onSelect: () => {
                            line.product = {id, name};
                            this.changed();
                        },
                    }));
                },
            },
        ];
    }

    changed() {
        this.state.answer = null;
        this.state.done = "";
        // what is held is what the lead has
        this.state.stale = Boolean(this.state.leadId);
        if (this.state.stale) {
            this.state.error = _t("The lead is made already: open it to change it.");
        }
    }

    setQuantity(line, ev) {
        line.quantity = Number(ev.target.value);
        this.changed();
    }

    setWished(line, ev) {
        line.wished = ev.target.value;
        this.changed();
    }

    addLine() {
        this.state.lines.push(this.newLine());
        this.changed();
    }

    removeLine(index) {
        this.state.lines.splice(index, 1);
        this.changed();
    }

    /** The lines as the public API takes them. */
    get request() {
        return this.state.lines
            .filter((line) => line.product)
            .map((line) => ({
                product_id: line.product.id,
                quantity: line.quantity,
                requested_date: line.wished
                    ? serializeDateTime(DateTime.fromISO(line.wished).endOf("day"))
                    : false,
            }));
    }

    date(moment) {
        return deserializeDateTime(moment).toLocaleString(DateTime.DATE_HUGE);
    }

    name(answer) {
        return this.state.lines.find(({product}) => product?.id === answer.product_id)
            ?.product.name;
    }

    reasons(answer) {
        return answer.reasons.map(({message}) => message).join("; ");
    }

    async run(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        try {
            await work();
        } catch (error) {
            this.state.error = error.data?.message || _t("The server does not answer.");
        } finally {
            this.state.busy = false;
        }
    }

    check() {
        return this.run(async () => {
            const {match} = this.props;
            this.state.answer = await this.orm.call("delivery.promise", "simulate", [
                {
                    partner_id: match.model === "res.partner" ? match.id : false,
                    company_id: user.activeCompany.id,
                    lines: this.request,
                },
            ]);
        });
    }

    makeLead(hold) {
        return this.run(async () => {
            const {match, number} = this.props;
            this.state.leadId ||= await this.orm.call("phone.call", "caller_lead", [
                match.model,
                match.id,
                number,
                this.request,
            ]);
            // a request of its own: whether the hold succeeds, the lead is there
            await this.orm.call(
                "crm.lead",
                hold ? "action_hold_promise" : "action_compute_promise",
                [[this.state.leadId]],
            );
            this.state.done = hold
                ? _t("The lead is made and its goods are held.")
                : _t("The lead is made.");
        });
    }

    async openLead() {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: this.state.leadId,
            views: [[false, "form"]],
        });
        this.props.onOpened?.();
    }
}

callerActions.add(
    "promise",
    {
        label: _t("Promise"),
        icon: "fa-calendar-check-o",
        isAvailable: async ({match}) =>
            ["res.partner", "crm.lead"].includes(match.model) &&
            (await user.hasGroup("stock_promise.group_promise_user")) &&
            (await user.checkAccessRight("crm.lead", "create")),
        Component: CallerPromise,
    },
    {sequence: 10},
);
