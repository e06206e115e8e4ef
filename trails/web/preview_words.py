"""What pages call the kinds of files, the views of them, and the codes that were not shown."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from trails.preview.kinds import Kind
from trails.preview.members import What

KINDS = {
    Kind.EMPTY: _("nothing: it is empty"),
    Kind.TEXT: _("text"),
    Kind.ANSI: _("text with terminal codes"),
    Kind.ASCIICAST: _("a terminal recording (asciicast)"),
    Kind.TYPESCRIPT: _("a terminal recording (script)"),
    Kind.JSON: _("JSON"),
    Kind.JSON_LINES: _("JSON Lines"),
    Kind.CSV: _("a table (CSV)"),
    Kind.TSV: _("a table (TSV)"),
    Kind.HTML: _("HTML"),
    Kind.SVG: _("SVG"),
    Kind.XML: _("XML"),
    Kind.PNG: _("a PNG image"),
    Kind.JPEG: _("a JPEG image"),
    Kind.GIF: _("a GIF image"),
    Kind.WEBP: _("a WebP image"),
    Kind.PDF: _("a PDF document"),
    Kind.ZIP: _("a ZIP archive"),
    Kind.TAR: _("a TAR archive"),
    Kind.GZIP: _("gzip-compressed data"),
    Kind.BZIP2: _("bzip2-compressed data"),
    Kind.XZ: _("xz-compressed data"),
    Kind.AGE: _("an age-encrypted file"),
    Kind.BINARY: _("bytes of an unknown kind"),
}
VIEWS = {
    "transcript": _("Transcript"),
    "tree": _("Tree"),
    "table": _("Table"),
    "image": _("Image"),
    "pdf": _("Pages"),
    "archive": _("Members"),
    "sealed": _("About"),
    "nothing": _("About"),
    "text": _("Text"),
    "hex": _("Hex"),
}
MEMBERS = {
    What.FILE: _("File"),
    What.FOLDER: _("Folder"),
    What.LINK: _("Symbolic link"),
    What.HARD_LINK: _("Hard link"),
    What.DEVICE: _("Device"),
    What.PIPE: _("Pipe"),
    What.OTHER: _("Something else"),
}
CODES = {
    "titles": ngettext_lazy("%d window title", "%d window titles"),
    "links": ngettext_lazy("%d address behind a text", "%d addresses behind texts"),
    "clipboard": ngettext_lazy("%d write to the clipboard", "%d writes to the clipboard"),
    "marks": ngettext_lazy("%d mark of the shell", "%d marks of the shell"),
    "cursor": ngettext_lazy("%d move of the cursor", "%d moves of the cursor"),
    "erases": ngettext_lazy("%d erasure", "%d erasures"),
    "queries": ngettext_lazy("%d question to the terminal", "%d questions to the terminal"),
    "modes": ngettext_lazy("%d change of a mode", "%d changes of modes"),
    "strings": ngettext_lazy("%d string for a device", "%d strings for a device"),
    "others": ngettext_lazy("%d other", "%d others"),
}
SAMPLES = {
    "titles": _("Window title"),
    "links": _("Link to"),
    "clipboard": _("Clipboard"),
    "marks": _("Mark of the shell"),
    "strings": _("String for a device"),
}
BOMBS = {
    "overlap": _(
        "Its members share their bytes: together they claim more than the file has. Archives that "
        "are made to exhaust whoever unpacks them do this. Do not unpack it."
    ),
    "ratio": _(
        "It unpacks to hundreds of times its size. Archives that are made to exhaust whoever "
        "unpacks them do this. Do not unpack it without a limit."
    ),
}
