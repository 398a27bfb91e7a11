from kn.core.adr.document import Document
def decision_of(document: Document, title: str):
    return title, "", ()
