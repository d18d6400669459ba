/**
 * What the picture of a product's availability is computed from: plain functions over
 * the rows that the server answers, one for each day.
 */

/**
 * @param {Object[]} profile rows of `atp_profile`
 * @param {Object[]} claims `{ date, quantity, own, counted }`: `counted` is false for
 *  what is shown but held against nobody, and so no part of the server's demand
 * @returns {Object[]} rows with the demand split into own and others'
 */
export function buildRows(profile, claims = []) {
    const ownByDay = {};
    const wishedByDay = {};
    for (const claim of claims) {
        if (claim.own) {
            const days = claim.counted === false ? wishedByDay : ownByDay;
            days[claim.date] = (days[claim.date] || 0) + claim.quantity;
        }
    }
    return profile.map((row) => {
        // Only what the server counts as demand of that day can be part of it.
        const claimed = Math.min(ownByDay[row.date] || 0, row.demand);
        const own = claimed + (wishedByDay[row.date] || 0);
        return {
            date: row.date,
            supply: row.supply,
            demand: row.demand,
            own,
            others: row.demand - claimed,
            projected: row.projected,
            available: row.available_to_promise,
        };
    });
}

/** The days on which something changes, and the first one. */
export function eventRows(rows) {
    return rows.filter(
        (row, index) =>
            index === 0 ||
            row.supply ||
            row.demand ||
            row.own ||
            row.available !== rows[index - 1].available,
    );
}

/** Nothing there, nothing coming, nothing wanted. */
export function isEmpty(rows) {
    return rows.every(
        (row) => !row.supply && !row.demand && !row.projected && !row.available,
    );
}

/** The figures above the picture, and the first day on which stock falls below zero. */
export function summarize(rows) {
    if (!rows.length) {
        return {
            opening: 0,
            supply: 0,
            demand: 0,
            own: 0,
            available: 0,
            shortage: false,
        };
    }
    const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
    const first = rows[0];
    const shortage = rows.find((row) => row.projected < 0);
    return {
        opening: first.projected - first.supply + first.demand,
        supply: total("supply"),
        demand: total("others"),
        own: total("own"),
        available: first.available,
        shortage: shortage ? shortage.date : false,
    };
}
