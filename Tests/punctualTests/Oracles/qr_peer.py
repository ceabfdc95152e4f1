"""What zbar reads from QR codes drawn with half blocks, light modules drawn: a line for each; an empty line ends a picture."""
import sys

from pyzbar.pyzbar import ZBarSymbol, decode

HALVES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
SCALE = 4

for picture in sys.stdin.read().split("\n\n"):
    rows = []
    for line in picture.split("\n"):
        for half in (0, 1):
            row = b"".join(bytes([255 * HALVES[mark][half]]) * SCALE for mark in line)
            rows += [row] * SCALE
    found = decode((b"".join(rows), len(rows[0]), len(rows)), symbols=[ZBarSymbol.QRCODE])
    print(found[0].data.decode() if len(found) == 1 else f"{len(found)} codes were found")
