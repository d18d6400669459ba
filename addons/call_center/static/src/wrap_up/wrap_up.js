import {Component, onWillDestroy, onWillStart, useRef, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

let nextId = 1;

/** After the call: how it went, what it was about, what comes next. */
export class WrapUp extends Component {
    static template = "call_center.WrapUp";
    static props = {
        callId: Number,
        onTyped: Function,
        onDone: Function,
        onNothing: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.uid = `o_wrap_up_${nextId++}`;
        this.outcome = useRef("outcome");
        // a note survives that the page is loaded again, not that the call is done
        this.draft = `call_center.note.${this.props.callId}`;
        onWillDestroy(() => browser.sessionStorage.removeItem(this.draft));
        this.state = useState({
            form: null,
            outcome_id: false,
            subject_id: false,
            tag_ids: [],
            summary: browser.sessionStorage.getItem(this.draft) || "",
            about: 0,
            planning: false,
            activity: {
                activity_type_id: false,
                date_deadline: "",
                user_id: user.userId,
                summary: "",
            },
            saving: false,
            error: "",
        });
        onWillStart(() => {
            if (this.state.summary) {
                this.props.onTyped();
            }
            this.load(); // typing the note need not wait for the choices
        });
    }

    async load() {
        try {
            const form = await this.orm.silent.call("phone.call", "wrap_up_form", [
                [this.props.callId],
            ]);
            const {summary, ...values} = form.values;
            Object.assign(this.state, values);
            this.state.summary ||= summary;
            this.state.form = form;
        } catch (error) {
            this.state.error = error.data?.message || _t("Could not be loaded.");
        }
    }

    onInput() {
        this.props.onTyped();
        try {
            browser.sessionStorage.setItem(this.draft, this.state.summary);
        } catch {
            // a full or forbidden storage: then it is only in the field
        }
    }

    focus() {
        this.outcome.el?.focus();
    }

    /** An id out of a list of choices. */
    number(ev) {
        return parseInt(ev.target.value) || false;
    }

    setOutcome(ev) {
        this.state.outcome_id = this.number(ev);
        const outcome = this.state.form.outcomes.find(
            ({id}) => id === this.state.outcome_id,
        );
        this.state.planning = Boolean(outcome?.activity_type_id);
        if (this.state.planning) {
            this.state.activity.activity_type_id = outcome.activity_type_id;
            this.state.activity.date_deadline = outcome.date_deadline;
        }
    }

    togglePlanning() {
        const {activity, form} = this.state;
        this.state.planning = !this.state.planning;
        activity.activity_type_id ||= form.activity_types[0]?.id || false;
        activity.date_deadline ||= luxon.DateTime.now().plus({days: 1}).toISODate();
    }

    toggleTag(id) {
        const {tag_ids} = this.state;
        const index = tag_ids.indexOf(id);
        if (index < 0) {
            tag_ids.push(id);
        } else {
            tag_ids.splice(index, 1);
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.save();
        }
    }

    get values() {
        const {outcome_id, subject_id, tag_ids, summary, form, planning} = this.state;
        const values = {outcome_id, subject_id, tag_ids: [...tag_ids], summary};
        const about = form?.abouts[this.state.about];
        if (about) {
            values.about = {model: about.model, id: about.id};
        }
        if (planning) {
            values.activity = {...this.state.activity};
        }
        return values;
    }

    async save() {
        if (this.state.saving || !this.state.form) {
            return;
        }
        this.state.saving = true;
        this.state.error = "";
        try {
            await this.orm.call("phone.call", "wrap_up", [
                [this.props.callId],
                this.values,
            ]);
            this.props.onDone();
        } catch (error) {
            // what was typed stays
            this.state.error = error.data?.message || _t("Could not be saved.");
        } finally {
            this.state.saving = false;
        }
    }
}
