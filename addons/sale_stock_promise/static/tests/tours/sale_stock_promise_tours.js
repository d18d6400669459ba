import {registry} from "@web/core/registry";

const line = ".o_field_widget[name=order_line] .o_data_row:contains('Tour Brake Disc')";

registry.category("web_tour.tours").add("sale_stock_promise_quotation", {
    steps: () => [
        {
            content: "look the dates up",
            trigger: ".o_form_view button[name=action_compute_promise]",
            run: "click",
        },
        {
            content: "the line says when it comes",
            trigger: `${line} [name=promised_date]:contains(/[0-9]/)`,
        },
        {
            content: "and shows why",
            trigger: `${line} .o_promise_timeline`,
            run: "click",
        },
        {
            trigger: ".modal .o_promise_timeline_reasons:contains('on hand')",
        },
        {
            content: "as a picture, in which nothing is held yet",
            trigger: ".modal [data-figure=own]:contains('not held')",
        },
        {
            trigger: ".modal .o_availability_canvas canvas",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            content: "hold the goods",
            trigger: "body:not(:has(.modal)) button[name=action_hold_promise]",
            run: "click",
        },
        {
            content: "the time that is left counts down",
            trigger: "[name=promise_held] .o_hold_countdown:contains('left')",
        },
        {
            content: "give the customer more time",
            trigger: "[name=promise_held] button[name=action_extend_promise]",
            run: "click",
        },
        {
            content: "the picture now counts the hold",
            trigger: `${line} .o_promise_timeline`,
            run: "click",
        },
        {
            trigger:
                ".modal [data-figure=own]:contains('This line'):not(:contains('not held'))",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            content: "give the goods back",
            trigger:
                "body:not(:has(.modal)) [name=promise_held] button[name=action_release_promise]",
            run: "click",
        },
        {
            trigger: ".modal-footer button:contains('Release')",
            run: "click",
        },
        {
            content: "hold them again",
            trigger: "body:not(:has(.modal)) button[name=action_hold_promise]",
            run: "click",
        },
        {
            trigger: "[name=promise_held] .o_hold_countdown:contains('left')",
        },
        {
            content: "the customer orders",
            trigger: ".o_statusbar_buttons button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the order's promise is one click away",
            trigger: "button[name=action_view_promise]:contains('Confirmed')",
        },
    ],
});

registry.category("web_tour.tours").add("sale_stock_promise_parts", {
    steps: () => [
        {
            content: "the customer accepts several deliveries",
            trigger: ".o_form_view .o_notebook_headers a[name=other_information]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=promise_allow_split] input",
            run: "check",
        },
        {
            trigger: ".o_form_view .o_notebook_headers a[name=order_lines]",
            run: "click",
        },
        {
            content: "look the dates up",
            trigger: ".o_form_view button[name=action_compute_promise]",
            run: "click",
        },
        {
            content: "the line says what comes when",
            trigger: `${line} [name=promise_parts_message]:contains(/6 on .*, 4 on /)`,
        },
        {
            trigger: `${line} .o_promise_timeline`,
            run: "click",
        },
        {
            content: "and so does its picture",
            trigger: ".modal .o_promise_timeline_parts:contains(/6 on .*, 4 on /)",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            content: "hold the parts",
            trigger: "body:not(:has(.modal)) button[name=action_hold_promise]",
            run: "click",
        },
        {
            trigger: "[name=promise_held] .o_hold_countdown:contains('left')",
        },
        {
            content: "the customer orders",
            trigger: ".o_statusbar_buttons button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: "button[name=action_view_promise]:contains('Confirmed')",
        },
    ],
});
