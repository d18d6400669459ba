import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function currentState(label) {
    return {
        content: `The run is ${label}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains(/^${label}$/)`,
    };
}

function compute(product) {
    return [
        {
            content: "Begin a new run",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "The usual strategies are there",
            trigger: ".o_field_widget[name=rule_ids] .o_data_row:contains(Win)",
        },
        {
            content: "Name the product",
            trigger: ".o_field_widget[name=product_ids] input",
            run: `edit ${product}`,
        },
        {
            content: "Choose the product",
            trigger: `.o-autocomplete--dropdown-menu .dropdown-item:contains(${product})`,
            run: "click",
        },
        {
            content: "Compute",
            trigger: "button[name=action_compute]:contains(Compute)",
            run: "click",
        },
        currentState("Computed"),
        {
            content: "Who wins is seen",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(Tour Winner) .badge:contains(Gains)",
        },
        {
            content: "Who loses is seen",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(Tour Loser) .badge:contains(Loses)",
        },
        {
            content: "Apply",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
    ];
}

tours.add("stock_promise_backorder_apply", {
    steps: () => [
        ...compute("Tour Brake Disc"),
        currentState("Done"),
        {
            content: "All of it is done",
            trigger: ".o_backorder_progress:contains(1 of 1)",
        },
        {
            content: "Look at the result as a list of its own",
            trigger: "button[name=action_view_lines]",
            run: "click",
        },
        {
            content: "As a graph",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "The graph is drawn",
            trigger: ".o_graph_canvas_container canvas",
        },
    ],
});

tours.add("stock_promise_backorder_stop", {
    steps: () => [
        ...compute("Tour Brake Disc"),
        currentState("Applying"),
        {
            content: "Nothing is done yet",
            trigger: ".o_backorder_progress:contains(0 of 1)",
        },
        {
            content: "Stop",
            trigger: "button[name=action_stop]",
            run: "click",
        },
        currentState("Done"),
        {
            content: "Look at the products",
            trigger: ".o_notebook .nav-link:contains(Products)",
            run: "click",
        },
        {
            content: "They were left as they are",
            trigger: ".o_field_widget[name=group_ids] .badge:contains(Stopped)",
        },
    ],
});
