import {reactive} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {Ringer} from "./ringer";

const RANK = {ringing: 0, answered: 1, ended: 2};
/** Of calls whose cards are gone, so many are remembered. */
const GONE_KEPT = 200;
const CHANNEL = "call_center";

const DISMISSED = "call_center.dismissed";
const DISMISSED_KEPT = 50;
/** The clock is looked at this often; a longer gap means that the machine slept. */
const TICK = 30000;
const SLEPT = 4 * TICK;

/** What was removed from the panel stays so when the browser is opened again:
 * `Map(id of the call => how far it was then)`. */
function readDismissed() {
    try {
        const entries = JSON.parse(browser.localStorage.getItem(DISMISSED));
        return new Map(entries.filter((entry) => Array.isArray(entry)));
    } catch {
        return new Map();
    }
}

function keepDismissed(dismissed) {
    try {
        const kept = [...dismissed].slice(-DISMISSED_KEPT);
        browser.localStorage.setItem(DISMISSED, JSON.stringify(kept));
    } catch {
        // a full or forbidden storage loses no call
    }
}

/** A call may come to the user several times: handed back, fetched, rung again. */
function progress({state, turn = 0}) {
    return turn * 3 + RANK[state];
}

/** Their name, or the company's whose people all have this number. */
function whoIs(matches) {
    const entities = new Set(matches.map((match) => match.commercial_partner_id));
    if (matches.length === 1 || (entities.size === 1 && !entities.has(false))) {
        return matches[0].name;
    }
    return matches.length ? _t("%s possible callers", matches.length) : "";
}

/**
 * The calls that ring at the user or that they talk, the same in all of their tabs.
 *
 * They come over the bus. What came while the browser was closed, asleep or offline is
 * asked for when it is back. A message that is late never takes a call back to an
 * earlier state.
 */
export class CallStore {
    constructor(env, {bus_service, multi_tab, orm}) {
        this.orm = orm;
        this.calls = [];
        /** The call that the user turned to; else the panel chooses. */
        this.chosen = false;
        /** How far calls were whose cards are gone: `Map(id => progress)`. */
        this.gone = new Map();
        this.dismissed = readDismissed();
        this.bus = bus_service;
        this.ringer = reactive(new Ringer(multi_tab, (id) => this.identify(id)));
        return reactive(this);
    }

    async start() {
        if (!(await user.hasGroup("call_center.group_call_center_agent"))) {
            return;
        }
        this.bus.subscribe("call_center.call", (call) => this.receive(call));
        // a browser that was offline connects, it does not reconnect
        this.bus.addEventListener("BUS:DISCONNECT", () => {
            this.wasCut = true;
        });
        for (const event of ["BUS:CONNECT", "BUS:RECONNECT"]) {
            this.bus.addEventListener(event, () => this.wasCut && this.reload());
        }
        this.bus.start();
        if (browser.BroadcastChannel) {
            this.channel = new browser.BroadcastChannel(CHANNEL);
            this.channel.onmessage = ({data}) => {
                if (data.settled) {
                    this.settled(data.settled, data.match);
                } else {
                    this.remove(data.dismissed, data.rank);
                }
            };
        }
        this.watchSleep();
        this.ringer.start();
        await this.reload();
    }

    /** After sleep the bus finds out about its dead connection only in time. */
    watchSleep() {
        let last = Date.now();
        const look = () => {
            const now = Date.now();
            if (now - last > SLEPT) {
                this.bus.forceUpdateChannels();
                this.reload();
            }
            last = now;
        };
        browser.setInterval(look, TICK);
        document.addEventListener("resume", () => this.reload());
        document.addEventListener("visibilitychange", look);
    }

    async reload() {
        const before = this.calls.map(({id}) => id);
        let calls;
        try {
            calls = await this.orm.silent.call("phone.call", "my_calls", []);
        } catch {
            return; // offline: the bus tells when it is back
        }
        const told = new Map(calls.map((call) => [call.id, call]));
        for (const id of before) {
            const call = this.find(id);
            if (call && !told.has(id) && !call.typed) {
                // over, and neither missed nor to be written down by this user
                this.drop(id);
            }
        }
        for (const call of calls) {
            this.receive(call, true);
        }
    }

    find(id) {
        return this.calls.find((call) => call.id === id);
    }

    /**
     * @param {Object} call
     * @param {boolean} [asked] told when asked: then calls that have ended are shown
     *      too, since nobody saw them ring
     */
    receive(call, asked = false) {
        if (this.isDismissed(call)) {
            return;
        }
        const known = this.find(call.id);
        const before = known ? progress(known) : this.gone.get(call.id);
        if (progress(call) < before) {
            return;
        }
        if (!call.shown) {
            this.forget(call);
        } else if (this.isWrittenDown(known, call)) {
            this.remove(call.id, progress(call));
        } else if (known) {
            if (call.state === "answered" && known.state === "ringing") {
                this.chosen = false; // who talks looks at that call
            }
            Object.assign(known, call);
        } else if (asked || call.state !== "ended" || this.gone.has(call.id)) {
            const chosen = this.find(this.chosen);
            if (chosen?.state === "ended" && !chosen.typed) {
                this.chosen = false;
            }
            // the latest on top
            const older = this.calls.findIndex(
                ({started_at}) => started_at < call.started_at,
            );
            this.calls.splice(older < 0 ? this.calls.length : older, 0, call);
        }
        this.updateRinger();
    }

    /** Who removes a call while it rings, and then takes it, wants to see it again. */
    isDismissed(call) {
        if (!this.dismissed.has(call.id)) {
            return false;
        }
        const isMine = call.user_id === user.userId;
        const before = this.dismissed.get(call.id);
        const isFurther = progress(call) > before;
        const isWork = call.state === "answered" || call.wrap_up;
        const isNewTurn = Math.floor(progress(call) / 3) > Math.floor(before / 3);
        if (
            !call.shown ||
            !(isNewTurn || (isFurther && isMine && call.answered && isWork))
        ) {
            return true;
        }
        this.dismissed.delete(call.id);
        return false;
    }

    /** Elsewhere; but what was typed here is not thrown away. */
    isWrittenDown(known, call) {
        return (
            known?.wrap_up && !call.wrap_up && call.state === "ended" && !known.typed
        );
    }

    /**
     * Look up who it is, once for each number. Not a matter of the screen: in a tab
     * that nobody looks at nothing is drawn, and the desktop is told all the same.
     *
     * @param {Number} id
     * @param {boolean} [again] since somebody may have entered them meanwhile
     */
    async identify(id, again = false) {
        const call = this.find(id);
        const number = call?.number;
        if (!call || (call.asked === number && !again)) {
            return;
        }
        call.asked = number;
        let result = {kind: "anonymous", matches: []};
        let error = "";
        try {
            if (number) {
                result = await this.orm.silent.call("phone.call", "lookup", [number]);
            }
        } catch (failure) {
            result = null;
            error = failure.data?.message || _t("Who it is could not be looked up.");
        }
        if (call.asked === number) {
            const who = whoIs(result?.matches || []);
            Object.assign(call, {result, error, who, isKnown: true});
            this.ringer.notify();
        }
    }

    /** The user said which of several it is. */
    settle(id, match) {
        this.settled(id, match);
        this.channel?.postMessage({settled: id, match: {...match}});
    }

    settled(id, match) {
        const call = this.find(id);
        if (call) {
            const result = {kind: "external", ...call.result, matches: [match]};
            const {name: who} = match;
            Object.assign(call, {result, who, asked: call.number, isKnown: true});
        }
    }

    /** The one that is unfolded: whom one talks to, then who rings, then the notes. */
    get current() {
        return (
            this.find(this.chosen) ||
            this.calls.find(({state}) => state === "answered") ||
            this.calls.find(({state}) => state === "ringing") ||
            this.calls.find(({wrap_up}) => wrap_up) ||
            this.calls[0]
        );
    }

    /** It is somebody else's by now; it may come back later. */
    forget(call) {
        this.gone.delete(call.id);
        this.gone.set(call.id, progress(call));
        if (this.gone.size > GONE_KEPT) {
            this.gone.delete(this.gone.keys().next().value);
        }
        const known = this.find(call.id);
        if (known?.typed) {
            known.state = "ended"; // what was typed stays, nothing rings for it
        } else {
            this.drop(call.id);
        }
    }

    updateRinger() {
        this.ringer.update(
            this.calls.filter(
                ({state, direction}) => state === "ringing" && direction === "in",
            ),
        );
    }

    dismiss(id) {
        const rank = progress(this.find(id) || {state: "ended"});
        this.remove(id, rank);
        this.channel?.postMessage({dismissed: id, rank});
    }

    remove(id, rank) {
        this.dismissed.set(id, rank);
        keepDismissed(this.dismissed);
        this.drop(id);
    }

    drop(id) {
        const index = this.calls.findIndex((call) => call.id === id);
        if (index >= 0) {
            this.calls.splice(index, 1);
            this.updateRinger();
        }
    }
}

export const callService = {
    dependencies: ["bus_service", "multi_tab", "orm"],
    start(env, services) {
        const store = new CallStore(env, services);
        store.start();
        return store;
    },
};

registry.category("services").add("call_center.calls", callService);
