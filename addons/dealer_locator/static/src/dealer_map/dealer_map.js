import {Component, onWillStart, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const MARGIN = 30;
/** Units of the picture: fewer on a phone, so that points can be hit with a finger. */
const WIDE = {width: 1000, height: 560};
const NARROW = {width: 400, height: 640};
const PHONE = 576;
/** Lines of the grid, in degrees: the first that gives few enough. */
const STEPS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30];

/** The smallest window of longitudes that holds all points, across ±180° if need be. */
export function westOf(longitudes) {
    const sorted = [...longitudes].sort((one, other) => one - other);
    let west = sorted[0];
    let gap = sorted[0] + 360 - sorted[sorted.length - 1];
    for (let index = 1; index < sorted.length; index++) {
        if (sorted[index] - sorted[index - 1] > gap) {
            gap = sorted[index] - sorted[index - 1];
            west = sorted[index];
        }
    }
    return {west, width: 360 - gap};
}

/** Where each point is drawn: degrees, the longitudes shortened for the latitude. */
export function project(points, size = WIDE) {
    const {west, width} = westOf(points.map((point) => point.longitude));
    const latitudes = points.map((point) => point.latitude);
    const south = Math.min(...latitudes);
    const north = Math.max(...latitudes);
    const shrink = Math.max(Math.cos((((south + north) / 2) * Math.PI) / 180), 0.1);
    const span = {x: Math.max(width * shrink, 0.02), y: Math.max(north - south, 0.02)};
    const scale = Math.min(
        (size.width - 2 * MARGIN) / span.x,
        (size.height - 2 * MARGIN) / span.y,
    );
    const left = (size.width - width * shrink * scale) / 2;
    const top = (size.height - (north - south) * scale) / 2;
    const x = (longitude) =>
        left + ((((longitude - west) % 360) + 360) % 360) * shrink * scale;
    const y = (latitude) => top + (north - latitude) * scale;
    const step = STEPS.find((one) => Math.max(width, north - south) / one <= 8) || 45;
    const lines = [];
    for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
        lines.push({key: `y${lat}`, x1: 0, x2: size.width, y1: y(lat), y2: y(lat)});
    }
    for (let lon = Math.ceil(west / step) * step; lon <= west + width; lon += step) {
        lines.push({key: `x${lon}`, x1: x(lon), x2: x(lon), y1: 0, y2: size.height});
    }
    return {
        lines,
        points: points.map((point) => ({
            ...point,
            x: x(point.longitude),
            y: y(point.latitude),
        })),
    };
}

/** Points on a plain grid: no picture of a map is fetched from anywhere. */
export class DealerMap extends Component {
    static template = "dealer_locator.DealerMap";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({lines: [], points: [], query: ""});
        this.size = browser.innerWidth < PHONE ? NARROW : WIDE;
        this.viewBox = `0 0 ${this.size.width} ${this.size.height}`;
        onWillStart(() => this.load());
    }

    async load() {
        const domain = this.state.query ? [["name", "ilike", this.state.query]] : [];
        const points = await this.orm.call("dealer.profile", "map_points", [domain]);
        Object.assign(
            this.state,
            points.length ? project(points, this.size) : {lines: [], points},
        );
    }

    open(point) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "dealer.profile",
            res_id: point.id,
            views: [[false, "form"]],
        });
    }

    onKeydown(event, point) {
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            this.open(point);
        }
    }
}

registry.category("actions").add("dealer_locator.map", DealerMap);
