"""The dozen pieces that a new shop starts with."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    slug: str
    name: str
    kind: str
    price_cents: int
    glaze: str
    size: str
    summary: str
    story: str


PIECES = (
    Piece(
        "tide-mug",
        "Tide Mug",
        "table",
        2400,
        "#4f8a8b",
        "9 cm tall, 320 ml",
        "Dipped to the waterline, with a handle for four fingers.",
        "The glaze stops where the tide would. We dip each mug by hand and count to six, so no "
        "two waterlines are the same. Good for the microwave, better for a long morning.",
    ),
    Piece(
        "harbour-teapot",
        "Harbour Teapot",
        "table",
        7800,
        "#2f4a63",
        "16 cm tall, 900 ml",
        "Pours without a drip. We checked, with a lot of tea.",
        "The spout is cut at the angle of our slipway, which turns out to be the angle at which "
        "tea lets go. Deep blue over bare clay, with a knob that stays cool.",
    ),
    Piece(
        "pebble-bowl",
        "Pebble Bowl",
        "table",
        3200,
        "#b9a27c",
        "19 cm across",
        "Wide, quiet and speckled like the beach below the kiln.",
        "For porridge, for noodles, for the first strawberries. The speckles are iron from the "
        "local clay, which melts through the glaze wherever it likes.",
    ),
    Piece(
        "watch-cups",
        "Two Cups for the Watch",
        "table",
        3800,
        "#b98a2a",
        "7 cm tall, 90 ml each",
        "A pair of small cups for those who are up before the boats.",
        "Sold in twos, because nobody should keep watch alone. The walls are thick, the coffee "
        "stays hot, and the mustard glaze is easy to find in the dark.",
    ),
    Piece(
        "storm-plate",
        "Storm Plate",
        "table",
        2800,
        "#3d5564",
        "26 cm across",
        "Three lines of swell, drawn before the glaze is dry.",
        "Each plate takes one brush, one breath and three strokes. The rim is left as bare clay, "
        "so that a stack of them does not stick, or sing.",
    ),
    Piece(
        "gull-jug",
        "Gull Jug",
        "kitchen",
        5200,
        "#7d8a90",
        "21 cm tall, 1.2 l",
        "White as a gull, and about as fond of the water.",
        "Holds a litre and a glass more. The lip is pulled with a wet finger while the clay is "
        "soft, and the two gulls are painted by whoever is at the wheel that day.",
    ),
    Piece(
        "salt-jar",
        "Salt Jar",
        "kitchen",
        3600,
        "#4f8a8b",
        "12 cm tall",
        "Keeps salt dry on the windowsill, under a lid of cork.",
        "Unglazed inside, because bare stoneware takes up the damp before the salt does. The "
        "cork is cut to fit each jar, so please do not swap the lids.",
    ),
    Piece(
        "butter-boat",
        "Butter Boat",
        "kitchen",
        4400,
        "#b3745c",
        "18 cm long",
        "A dome, a dish, and butter soft enough to spread.",
        "The dome is thrown upside down and turned over once it can stand. It holds half a pound "
        "of butter and the last word at breakfast.",
    ),
    Piece(
        "message-bottle",
        "Message Bottle",
        "kitchen",
        3400,
        "#5f7f6b",
        "24 cm tall, 500 ml",
        "For oil, for vinegar, or for something you never sent.",
        "The label is bare clay and takes pencil, so you can write on it, and change your mind. "
        "The stopper is cork, the neck narrow, the pour slow.",
    ),
    Piece(
        "harbour-lantern",
        "Harbour Lantern",
        "home",
        4600,
        "#b8643f",
        "18 cm tall",
        "Twenty-one small windows and room for one tea light.",
        "Every hole is pierced with the same brass tube, which came off a boat. Outdoors it "
        "shrugs off the wind; indoors it draws a harbour on the wall.",
    ),
    Piece(
        "mooring-vase",
        "Mooring Vase",
        "home",
        6400,
        "#6d7b83",
        "23 cm tall",
        "Heavy at the bottom, so a branch can lean where it wants.",
        "Named after the stone in the harbour that has never moved. Watertight, storm grey, and "
        "hard to knock over: our cat has been trying since spring.",
    ),
    Piece(
        "quay-planter",
        "Quay Planter",
        "home",
        4200,
        "#b0703f",
        "17 cm across",
        "Terracotta above, a hidden saucer below, herbs in between.",
        "Half glazed, half bare, so that the roots can breathe and the table stays dry. Comes "
        "without the plant, which prefers to be met in person.",
    ),
)

FEATURED = frozenset({"tide-mug", "harbour-teapot", "harbour-lantern"})
