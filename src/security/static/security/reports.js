// Draws the charts of the pages about violation reports from the JSON beside each.
"use strict";
{
    const charts = new Map();
    const number = new Intl.NumberFormat(document.documentElement.lang || undefined);

    const variable = (name) =>
        getComputedStyle(document.documentElement).getPropertyValue(name).trim();

    const dataset = (series) => ({
        label: series.name,
        data: series.counts,
        backgroundColor: variable(`--rp-${series.colour}`),
        borderColor: variable("--rp-card"),
        borderWidth: { top: series.counts.length > 40 ? 0 : 1 },
        borderSkipped: false,
        borderRadius: series.counts.length > 40 ? 0 : 2,
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
