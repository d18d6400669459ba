import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("promise_desk_caller", {
    steps: () => [
        {trigger: ".o_caller_box_toggler", run: "click"},
        {trigger: ".o_caller_input", run: "edit +49305551234"},
        {
            content: "the caller's promise with its date",
            trigger:
                ".o_caller_match:contains(Anna Berger) .o_caller_section[data-code=promises] [data-key=promised_date]",
        },
        {
            content: "the lead has it too",
            trigger:
                ".o_caller_section[data-code=leads] a:contains(Brakes for a van) [data-key=promised_date]",
        },
        {
            content: "open the lead",
            trigger: ".o_caller_section[data-code=leads] a:contains(Brakes for a van)",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Brakes for a van)",
        },
        {
            content: "the box has closed",
            trigger: "body:not(:has(.o_caller_box_content))",
        },
    ],
});
