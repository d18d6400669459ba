import {Component, onWillStart, useState} from "@odoo/owl";
import {project} from "@dealer_locator/dealer_map/dealer_map";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const SIZE = {width: 420, height: 420};

/** The ranked dealers of a lead as a list and a map, and the way to hand it over. */
export class DealerChoice extends Component {
    static template = "crm_dealer_locator.DealerChoice";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.leadId = this.props.action.params.lead_id;
        this.viewBox = `0 0 ${SIZE.width} ${SIZE.height}`;
        this.state = useState({
            answer: {dealers: [], excluded: [], relax: [], places: []},
            lines: [],
            points: [],
            chosen: false,
            message: "",
            minutes: 0,
            consent: false,
            busy: false,
        });
        onWillStart(() => this.load());
    }

    async load() {
        const found = await this.orm.call("crm.lead", "dealer_choice", [[this.leadId]]);
        const {answer, points, minutes, consent} = found;
        Object.assign(this.state, {answer, minutes, consent});
        this.state.chosen = answer.dealers.length ? answer.dealers[0].dealer_id : false;
        this.draw(answer, points);
    }

    draw(answer, points) {
        const drawn = points.map((point) => ({...point, kind: "dealer"}));
        if (answer.latitude !== false) {
            const {latitude, longitude} = answer;
            drawn.push({
                id: 0,
                kind: "customer",
                name: _t("Customer"),
                latitude,
                longitude,
            });
        }
        if (drawn.length) {
            Object.assign(this.state, project(drawn, SIZE));
        }
    }

    distance(dealer) {
        return dealer.distance_km === false
            ? ""
            : _t("%s km", dealer.distance_km.toFixed(dealer.distance_km < 100 ? 1 : 0));
    }

    /** What decides most, beside the distance. */
    reasons(dealer) {
        return dealer.criteria.filter((one) => one.code !== "distance");
    }

    get rows() {
        if (this.state.answer.dealers.length) {
            return [{code: "", message: "", dealers: this.state.answer.dealers}];
        }
        return this.state.answer.relax;
    }

    choose(dealerId) {
        if (dealerId) {
            this.state.chosen = dealerId;
        }
    }

    get canHandOver() {
        return this.state.chosen && !this.state.busy;
    }

    async handOver() {
        this.state.busy = true;
        try {
            if (this.state.consent) {
                await this.orm.write("crm.lead", [this.leadId], {
                    dealer_consent: this.state.consent,
                });
            }
            await this.orm.call("crm.lead", "hand_over", [
                [this.leadId],
                this.state.chosen,
                this.state.message || false,
                parseInt(this.state.minutes, 10) || false,
            ]);
        } finally {
            this.state.busy = false;
        }
        this.notification.add(_t("The dealer is asked."), {type: "success"});
        await this.action.doAction({type: "ir.actions.act_window_close"});
        await this.action.doAction({type: "ir.actions.client", tag: "soft_reload"});
    }
}

registry.category("actions").add("crm_dealer_locator.choose", DealerChoice);
