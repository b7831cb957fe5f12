"""
Keeps how far a UNet's training has come, in one file of 16-bit weights that a fresh machine goes on from (`unpack.py --unet FILE`): the averages, the
soft words, and the edits' codes that these know. Only the optimiser's moments start anew.
`python pack.py FILE`
"""

import json
import sys

from common import averaged, load
from safetensors.torch import save_file


def main():
    state = load("unet")
    keys = state["codes"]["keys"]
    soft = {**state["soft"], "table": state["soft"]["table"][: len(keys)]}
    tensors = {
        **{f"unet.{name}": value for name, value in averaged(state, "unet").items()},
        **{f"soft.{name}": value for name, value in soft.items()},
    }
    codes = {"keys": keys, **{which: {key: row.tolist() for key, row in state["codes"][which].items()} for which in ("mean", "deviation")}}
    save_file(
        {name: value.detach().half().contiguous() for name, value in tensors.items()},
        sys.argv[1],
        {"step": str(state["step"]), "codes": json.dumps(codes)},
    )


if __name__ == "__main__":
    main()
