import {Component, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {CallerActions} from "../caller_actions/caller_actions";
import {CallerSections} from "../caller_sections/caller_sections";

let nextId = 1;

/** Who has a number, each with how sure that is; one of them unfolded. */
export class CallerMatches extends Component {
    static template = "call_center.CallerMatches";
    static components = {CallerActions, CallerSections};
    static props = {
        matches: Array,
        number: {type: String, optional: true},
        onChosen: {type: Function, optional: true},
        onOpened: {type: Function, optional: true},
    };

    setup() {
        this.uid = `o_caller_match_${nextId++}`;
        this.state = useState({selected: this.first(this.props.matches)});
        onWillUpdateProps(({matches}) => {
            if (matches !== this.props.matches) {
                this.state.selected = this.first(matches);
            }
        });
    }

    /** Of several customers the user chooses: all are to be seen, none is taken. */
    first(matches) {
        const entities = new Set(matches.map((match) => match.commercial_partner_id));
        const isOne = entities.size === 1 && !entities.has(false);
        return isOne || matches.length === 1 ? 0 : -1;
    }

    /** Of several customers, the one that it is. */
    canChoose(match) {
        return (
            this.props.onChosen &&
            this.props.matches.length > 1 &&
            match.model !== "res.users" &&
            match.commercial_partner_id
        );
    }

    certainty(match) {
        return {
            exact: {label: _t("Exact"), class: "text-bg-success"},
            switchboard: {label: _t("Switchboard"), class: "text-bg-info"},
            suffix: {label: _t("Similar"), class: "text-bg-warning"},
        }[match.certainty];
    }

    icon(match) {
        return (
            {"res.partner": "fa-user", "res.users": "fa-headphones"}[match.model] ||
            "fa-bullseye"
        );
    }

    select(index) {
        this.state.selected = this.state.selected === index ? -1 : index;
    }
}
