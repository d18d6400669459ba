import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_call_center_unknown_caller", {
    steps: () => [
        {trigger: ".o_caller_box_toggler", run: "click"},
        {trigger: ".o_caller_input", run: "edit +49 89 7654321"},
        {
            content: "a number nobody has becomes a lead",
            trigger: ".o_caller_actions button:contains(New lead)",
            run: "click",
        },
        {
            trigger:
                ".o_form_view .o_field_widget[name=phone] input:value(+49 89 7654321)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] :is(input, textarea)",
            run: "edit Brakes for a van",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {trigger: ".o_caller_box_toggler", run: "click"},
        {
            content: "and is found from then on",
            trigger: ".o_caller_input",
            run: "edit 089 7654321",
        },
        {
            trigger:
                ".o_caller_match:contains(Brakes for a van) .o_caller_section[data-code=leads] a:contains(Brakes for a van)",
        },
    ],
});
