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

registry.category("web_tour.tours").add("promise_desk_overview", {
    steps: () => [
        {
            content: "one line is late",
            trigger: ".o_promise_overview_tile[data-tile=risk]:contains('1 late')",
        },
        {
            content: "a year instead",
            trigger: ".o_promise_overview button[data-days='365']",
            run: "click",
        },
        {
            trigger: ".o_promise_overview button[data-days='365'].active",
        },
        {
            content: "the weeks are drawn",
            trigger: ".o_promise_overview section:contains('Are promises kept') canvas",
        },
        {
            content: "what is late is named",
            trigger: ".o_promise_overview td a:contains('PROM')",
        },
        {
            content: "to whom one should talk",
            trigger: ".o_promise_overview_tile[data-tile=risk]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Garage')",
        },
    ],
});
