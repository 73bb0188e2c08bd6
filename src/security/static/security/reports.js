// Draws the charts of the pages about violation reports from the JSON beside each.
"use strict";
{
    const charts = new Map();
    const number = new Intl.NumberFormat(document.documentElement.lang || undefined);

    const variable = (name) =>
        getComputedStyle(document.documentElement).getPropertyValue(name).trim();

    const MANY = 40; // steps, from which on a bar has no room for an edge
    const FEW = 1 / 8; // of the steps: then a bar may be wider than its step
    const WIDE = 6; // pixels, so that a single busy hour of a week is seen

    const isSparse = (series) => {
        const steps = series[0].counts.length;
        const busy = series[0].counts.filter((_, step) => series.some((one) => one.counts[step]));
        return steps > MANY && busy.length <= steps * FEW;
    };

    const dataset = (series, _index, all) => ({
        label: series.name,
        data: series.counts.map((count) => count || null), // a bar of no height leaves a line
        backgroundColor: variable(`--rp-${series.colour}`),
        borderColor: variable("--rp-card"),
        borderWidth: { top: series.counts.length > MANY ? 0 : 1 },
        borderSkipped: false,
        borderRadius: series.counts.length > MANY ? 0 : 2,
        barThickness: isSparse(all) ? WIDE : undefined,
        clip: { left: WIDE, right: WIDE, top: 0, bottom: 0 },
        maxBarThickness: 40,
        categoryPercentage: 0.9,
        barPercentage: 1,
    });

    const options = () => {
        const ink = variable("--rp-quiet");
        const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        return {
            animation: still ? false : { duration: 250 },
            font,
            layout: { padding: { right: WIDE } },
            interaction: { mode: "index", intersect: false },
            maintainAspectRatio: false,
            responsive: true,
            scales: {
                x: {
                    stacked: true,
                    grid: { display: false },
                    border: { color: variable("--rp-grid") },
                    ticks: { autoSkipPadding: 24, color: ink, font, maxRotation: 0 },
                },
                y: {
                    stacked: true,
                    beginAtZero: true,
                    border: { display: false },
                    grid: { color: variable("--rp-grid") },
                    ticks: {
                        callback: (value) => number.format(value),
                        color: ink,
                        font,
                        maxTicksLimit: 6,
                        precision: 0,
                    },
                },
            },
            plugins: {
                legend: {
                    align: "start",
                    position: "bottom",
                    labels: { boxHeight: 10, boxWidth: 10, color: ink, font, padding: 14 },
                },
                tooltip: {
                    filter: (item) => item.raw > 0,
                    itemSort: (one, other) => other.raw - one.raw,
                    callbacks: {
                        label: (item) => ` ${item.dataset.label}: ${number.format(item.raw)}`,
                    },
                },
            },
        };
    };

    const draw = (place) => {
        charts.get(place)?.destroy();
        const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
        let canvas = place.querySelector("canvas");
        if (!canvas) {
            canvas = document.createElement("canvas");
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", place.dataset.title);
            place.append(canvas);
        }
        charts.set(
            place,
            new Chart(canvas, {
                type: "bar",
                data: { labels: data.labels, datasets: data.series.map(dataset) },
                options: options(),
            }),
        );
        place.dataset.drawn = data.series.length;
    };

    const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);

    drawAll();
    new MutationObserver(drawAll).observe(document.documentElement, {
        attributeFilter: ["data-theme"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
