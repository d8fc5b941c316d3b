"""The front door: parse the command, hand over. Nothing heavy is imported before a command is known."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

Options = argparse.Namespace
"""What the README says to run before `train`."""


class Command(NamedTuple):
    """One word after main.py: what it does, its arguments, and the function that hands over.

    Without `add_arguments` the command parses what follows itself, from `options.rest`.
    """

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None] | None
    run: Callable[[Options], int]


def _view_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="an ECG file or a folder of them")
    parser.add_argument(
        "--self-test", type=Path, metavar="REPORT.json", help="check this installation, write a report, leave"
    )


def _view(options: Options) -> int:
    if sys.platform == "win32":
        # After Qt, torch's DLLs fail to load there (WinError 1114).
        import torch  # noqa: F401
    if options.self_test is not None:
        from ecgviewer.self_test import run as run_self_test

        return run_self_test(options.self_test)
    from ecgviewer.app import run

    return run(options.paths)


def _predict_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="an ECG file or a folder of them")
    parser.add_argument(
        "--json", required=True, type=Path, metavar="OUT.jsonl", help="one JSON object per record"
    )
    parser.add_argument(
        "--models", type=Path, metavar="DIR", help="model bundles to use instead of the installed ones"
    )
    parser.add_argument("--bundle", nargs="+", default=[], metavar="NAME", help="only these models")
    parser.add_argument("--no-saliency", action="store_true", help="predictions only, without lead shares")


def _predict(options: Options) -> int:
    from inference.predict import Job, run

    folders, choices = _installed_models() if options.models is None else ((options.models,), None)
    want_saliency = not options.no_saliency
    paths, names = tuple(options.paths), tuple(options.bundle)
    return run(Job(paths, options.json, folders, names, want_saliency, choices))


def _installed_models() -> tuple[tuple[Path, ...], Path]:
    """The folders of models, and the file that says which version of each answers."""
    from ecgviewer.paths import active_models_file, user_models_folder
    from inference.resource_paths import shipped_models_folder

    return (shipped_models_folder(), user_models_folder()), active_models_file()


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT.jsonl", help="the manifest to write")
    parser.add_argument("--store", metavar="URL", help="a label store other than the one of this program")
    parser.add_argument(
        "--with-digitised",
        action="store_true",
        help="also readings of ECGs that were measured from a picture or print",
    )


def _export_labels(options: Options) -> int:
    from ecgviewer.cli import export_labels

    return export_labels(options.out, options.store, with_digitised=options.with_digitised)


def _download_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", choices=("ptb-xl", "ptb", "ludb"))
    parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder to download into")


def _download(options: Options) -> int:
    from inference.download import run

    return run(options.dataset, options.to)


def _convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="an ECG file or a folder of them")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the file to write, or a folder for many")
    parser.add_argument(
        "--to",
        metavar="FORMAT",
        help="WFDB, DICOM, EDF, aECG, CSV or NumPy; by default TARGET's ending says it",
    )
    parser.add_argument(
        "--de-identify", action="store_true", help="without names, IDs and free text, days moved by patient"
    )
    parser.add_argument("--overwrite", action="store_true", help="write over files that are there already")


def _convert(options: Options) -> int:
    from inference.writing.convert import Wish, run

    key_file = None
    if options.de_identify:
        from ecgviewer.paths import export_key_file

        key_file = export_key_file()
    return run(Wish(options.source, options.target, options.to, key_file, options.overwrite))


def _screenshots_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the pictures go")
    parser.add_argument(
        "records", nargs="*", type=Path, metavar="RECORD", help="ECGs other than the demo library"
    )


def _screenshots(options: Options) -> int:
    from ecgviewer.cli import screenshots

    return screenshots(options.folder, options.records)


def _train(options: Options) -> int:
    from importlib.util import find_spec

    if find_spec("training") is None:
        print("Training is not part of this built program: run it from the source code.", file=sys.stderr)
        return 1
    words = list(options.rest)
    if words[:1] == ["--log"] and len(words) > 1:
        _speak_into(Path(words[1]))
        words = words[2:]
    from training.cli import main as train

    return train(words)


def _speak_into(log: Path) -> None:
    """Send all that is printed from here on, also by C libraries, into a file.

    A program without a console has nowhere else to print; the viewer starts `train --log FILE` like this.
    """
    stream = log.open("a", encoding="utf-8", buffering=1)
    for descriptor in (1, 2):
        os.dup2(stream.fileno(), descriptor)
    sys.stdout = sys.stderr = stream


VIEW: Final = Command("open the viewer", _view_arguments, _view)
COMMANDS: Final = {
    "predict": Command("what the models say of ECG files, as JSON Lines", _predict_arguments, _predict),
    "export-labels": Command("the saved readings as a manifest", _export_arguments, _export_labels),
    "convert": Command("ECG files in another format, de-identified or not", _convert_arguments, _convert),
    "download": Command("a public ECG database from PhysioNet", _download_arguments, _download),
    "screenshots": Command("draw pictures of the window", _screenshots_arguments, _screenshots),
    "train": Command("train or retrain a model bundle", None, _train),
}


def main(argv: Sequence[str]) -> int:
    """Run one command; without one the viewer opens. Returns the exit status; wrong usage exits with 2."""
    name = argv[0] if argv and argv[0] in COMMANDS else None
    command, rest = (VIEW, argv) if name is None else (COMMANDS[name], argv[1:])
    if command.add_arguments is None:
        return command.run(Options(rest=list(rest)))
    parser = _viewer_parser() if name is None else _command_parser(name, command)
    command.add_arguments(parser)
    return command.run(parser.parse_args(rest))


def _viewer_parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="main.py",
        description="A desktop ECG reader for occlusion MI. Research software, not a medical device.",
        epilog="commands:\n" + "\n".join(f"  {word:15}{each.summary}" for word, each in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _command_parser(name: str, command: Command) -> argparse.ArgumentParser:
    summary = command.summary[0].upper() + command.summary[1:]
    return argparse.ArgumentParser(prog=f"main.py {name}", description=f"{summary}.")


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
