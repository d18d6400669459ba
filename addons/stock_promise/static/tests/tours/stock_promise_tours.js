import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function currentState(label) {
    return {
        content: `The promise is ${label}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains(/^${label}$/)`,
    };
}

tours.add("stock_promise_by_hand", {
    steps: () => [
        {
            content: "Begin a new promise",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name the customer",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Tour Garage",
        },
        {
            content: "Choose the customer",
            trigger:
                ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Garage)",
            run: "click",
        },
        {
            content: "Add a line",
            trigger: ".o_field_x2many_list_row_add :contains(Add a product)",
            run: "click",
        },
        {
            content: "Name the product",
            trigger: ".o_selected_row .o_field_widget[name=product_id] input",
            run: "edit Tour Brake Disc",
        },
        {
            content: "Choose the product",
            trigger:
                ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Brake Disc)",
            run: "click",
        },
        {
            content: "Say how many",
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 4",
        },
        {
            content: "Ask for the dates",
            trigger: "button[name=action_simulate]:contains(Check Dates)",
            run: "click",
        },
        {
            content: "The line has a date",
            trigger: ".o_data_row .o_data_cell[name=promised_date]:contains(/[0-9]/)",
        },
        {
            content: "The line says why",
            trigger: ".o_data_row .o_data_cell[name=message]:contains(on hand)",
        },
        currentState("Draft"),
        {
            content: "Keep the quantities",
            trigger: "button.btn-primary[name=action_hold]",
            run: "click",
        },
        currentState("Held"),
        {
            content: "The time that is left is shown",
            trigger: ".o_hold_countdown:contains(/^23 h/)",
        },
        {
            content: "Look closer at the line",
            trigger: ".o_data_row .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "Its own claim is told apart from the others'",
            trigger: ".o_line_availability [data-figure=own] dd:contains(/^4 /)",
        },
        {
            content: "Nobody else claims any",
            trigger: ".o_line_availability [data-figure=demand] dd:contains(/^0 /)",
        },
        {
            content: "It says how it is delivered",
            trigger: ".o_promise_schedule:contains(Stock on hand)",
        },
        {
            content: "Back to the promise",
            trigger: ".o_breadcrumb .o_back_button:contains(PROM)",
            run: "click",
        },
        {
            content: "Give the customer more time",
            trigger: "button[name=action_extend]",
            run: "click",
        },
        {
            content: "A day more is left",
            trigger: ".o_hold_countdown:contains(/^1 d 23 h/)",
        },
        {
            content: "Give the quantities back",
            trigger: "button[name=action_release]",
            run: "click",
        },
        {
            content: "Be sure about it",
            trigger: ".modal-footer button:contains(Release)",
            run: "click",
        },
        currentState("Released"),
        {
            content: "Think again",
            trigger: "button[name=action_hold]:contains(Hold Again)",
            run: "click",
        },
        currentState("Held"),
    ],
});

tours.add("stock_promise_product_tab", {
    steps: () => [
        {
            content: "Open the tab",
            trigger: ".o_notebook .nav-link:contains(Available to Promise)",
            run: "click",
        },
        {
            content: "Something is drawn",
            trigger: ".o_availability_canvas canvas",
            run({anchor}) {
                const {width, height} = anchor;
                const pixels = anchor
                    .getContext("2d")
                    .getImageData(0, 0, width, height).data;
                if (!pixels.some((value) => value)) {
                    throw new Error("The chart is blank");
                }
            },
        },
        {
            content: "What is on hand is said in words",
            trigger: "[data-figure=opening] dd:contains(/^10 /)",
        },
        {
            content: "What is on its way, too",
            trigger: "[data-figure=supply] dd:contains(/^20 /)",
        },
        {
            content: "What is held is claimed",
            trigger: "[data-figure=demand] dd:contains(/^4 /)",
        },
        {
            content: "The rest can be promised",
            trigger: "[data-figure=available] dd:contains(/^6 /)",
        },
        {
            content: "Look at the next days only",
            trigger: ".o_product_availability button[data-days='30']",
            run: "click",
        },
        {
            content: "The receipt in six weeks is not among them",
            trigger: "[data-figure=supply] dd:contains(/^0 /)",
        },
        {
            content: "Look at the whole year",
            trigger: ".o_product_availability button[data-days='365']",
            run: "click",
        },
        {
            content: "Read it as a table",
            trigger: ".o_availability_mode_table",
            run: "click",
        },
        {
            content: "After the receipt all of it can be promised",
            trigger:
                ".o_availability_table tbody tr:last-child td:last-child:contains(/^26$/)",
        },
        {
            content: "Open the promise that claims it",
            trigger: ".o_availability_lines a",
            run: "click",
        },
        currentState("Held"),
    ],
});

tours.add("stock_promise_product_tab_empty", {
    steps: () => [
        {
            content: "Open the tab",
            trigger: ".o_notebook .nav-link:contains(Available to Promise)",
            run: "click",
        },
        {
            content: "It says what to do first",
            trigger: ".o_availability_empty:contains(Nothing to promise yet)",
        },
        {
            content: "It says that nobody claims it",
            trigger: ".o_availability_no_lines",
        },
    ],
});

tours.add("stock_promise_product_tab_choices", {
    steps: () => [
        {
            content: "Open the tab",
            trigger: ".o_notebook .nav-link:contains(Available to Promise)",
            run: "click",
        },
        {
            content: "The narrow one is not there",
            trigger: ".o_availability_empty",
        },
        {
            content: "Look at the wide one",
            trigger: ".o_availability_variant",
            run: "selectByLabel Tour Roof Box (Wide)",
        },
        {
            content: "It lies in the first warehouse",
            trigger: "[data-figure=available] dd:contains(/^3 /)",
        },
        {
            content: "Look at the other warehouse",
            trigger: ".o_availability_warehouse",
            run: "selectByLabel Tour Depot",
        },
        {
            content: "More of it lies there",
            trigger: "[data-figure=available] dd:contains(/^7 /)",
        },
    ],
});

tours.add("stock_promise_on_a_phone", {
    steps: () => [
        {
            content: "Open the promise",
            trigger: ".o_kanban_record:contains(Tour Garage)",
            run: "click",
        },
        {
            content: "Its lines are cards with their reason",
            trigger: ".o_field_x2many .o_kanban_record:contains(on hand)",
        },
        {
            content: "The time that is left is shown",
            trigger: ".o_form_view .o_hold_countdown:contains(/^23 h/)",
        },
        {
            content: "Open the other buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v, .fa-ellipsis-v)",
            run: "click",
        },
        {
            content: "Give the quantities back",
            trigger: ".o-dropdown--menu button[name=action_release]",
            run: "click",
        },
        {
            content: "Be sure about it",
            trigger: ".modal-footer button:contains(Release)",
            run: "click",
        },
        {
            content: "It can be held again",
            trigger:
                ".o_statusbar_buttons button[name=action_hold]:contains(Hold Again)",
        },
    ],
});
