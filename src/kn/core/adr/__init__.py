"""Architecture decision records: Nygard and adr-tools, MADR 2-4, Log4brains, and what people make
of them.

`read_record` takes one file apart, `link_records` settles among all of them which are current.
"""

from __future__ import annotations

from kn.core.adr.links import link_records
from kn.core.adr.mentions import Mention
from kn.core.adr.reading import read_record
from kn.core.adr.record import NotARecord, Record

__all__ = ["Mention", "NotARecord", "Record", "link_records", "read_record"]
