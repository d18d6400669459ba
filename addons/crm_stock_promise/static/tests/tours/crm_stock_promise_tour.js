import {registry} from "@web/core/registry";

const products = ".o_field_widget[name=promise_line_ids]";

registry.category("web_tour.tours").add("crm_stock_promise_lead_to_order", {
    steps: () => [
        {
            content: "the opportunity has no products yet",
            trigger: `.o_form_view ${products} .o_field_x2many_list_row_add a:contains("Add a product")`,
            run: "click",
        },
        {
            content: "choose the product",
            trigger: `${products} .o_data_row div[name=product_id] input`,
            run: "edit Tour Brake Disc",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Tour Brake Disc')",
            run: "click",
        },
        {
            content: "six of them",
            trigger: `${products} .o_data_row div[name=quantity] input`,
            run: "edit 6",
        },
        {
            content: "paste another product",
            trigger: `${products} button:contains("Paste")`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=text] textarea",
            async run(helpers) {
                await helpers.edit("TOUR-PAD x 2\nNo such thing; 9");
                await helpers.press("Tab");
            },
        },
        {
            content: "what was not understood is said",
            trigger: ".modal .o_data_row:contains('No product is called that')",
        },
        {
            trigger: ".modal .o_data_row:contains('Tour Brake Pad')",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "both products stand on the opportunity",
            trigger: `body:not(:has(.modal)) ${products} .o_data_row:contains('Tour Brake Pad')`,
        },
        {
            trigger: "button[name=action_compute_promise]",
            run: "click",
        },
        {
            content: "the dates are known, nothing is held",
            trigger: ".o_field_widget[name=promise_status]:contains('nothing held')",
        },
        {
            content: "and the opportunity says why",
            trigger: ".o_field_widget[name=promise_reason]:contains('on hand')",
        },
        {
            trigger: "button[name=action_hold_promise]",
            run: "click",
        },
        {
            content: "the time that is left counts down",
            trigger: ".o_crm_promise_bar .o_hold_countdown:contains('left')",
        },
        {
            trigger: `${products} .o_data_row:contains('Tour Brake Disc'):contains('Held')`,
        },
        {
            trigger: "button[name=action_fill_expected_revenue]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=expected_revenue] input:value('700.00')",
        },
        {
            trigger: "button[name=action_sale_quotations_new]",
            run: "click",
        },
        {
            content: "the quotation carries the products",
            trigger:
                ".o_field_widget[name=order_line] .o_data_row:contains('Tour Brake Pad')",
        },
        {
            content: "and the hold",
            trigger: "div[name=promise_held] .o_hold_countdown:contains('left')",
        },
        {
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "it is an order",
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains('Sales Order')",
        },
        {
            content: "back on the opportunity everything is ordered",
            trigger: ".breadcrumb-item:contains('Tour opportunity') a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=promise_status]:contains('Ordered')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_stock_promise_catalog", {
    steps: () => [
        {
            trigger: `.o_form_view ${products} button:contains("Catalog")`,
            run: "click",
        },
        {
            trigger:
                ".o_kanban_record:contains('Tour Brake Disc') button:contains('Add')",
            run: "click",
        },
        {
            trigger: ".o_kanban_record.o_product_added:contains('Tour Brake Disc')",
        },
        {
            trigger: "button:contains('Back to Opportunity')",
            run: "click",
        },
        {
            trigger: `${products} .o_data_row:contains('Tour Brake Disc')`,
        },
    ],
});
