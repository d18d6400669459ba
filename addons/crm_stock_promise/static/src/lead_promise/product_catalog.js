import {ProductCatalogKanbanController} from "@product/product_catalog/kanban_controller";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

patch(ProductCatalogKanbanController.prototype, {
    get stateFiels() {
        // An opportunity has a stage where a quotation has a state.
        return this.orderResModel === "crm.lead" ? ["type"] : super.stateFiels;
    },

    _defineButtonContent() {
        if (this.orderResModel === "crm.lead") {
            this.buttonString =
                this.orderStateInfo.type === "lead"
                    ? _t("Back to Lead")
                    : _t("Back to Opportunity");
        } else {
            super._defineButtonContent();
        }
    },
});
