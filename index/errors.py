"""Every error that Footnote raises on purpose, as one tree; nothing else lives here.

FootnoteError
├── MisuseError            the call was wrong: mend the call (exit code 2)
│   ├── SettingsError      a setting has an unknown name or a value out of range
│   ├── UnknownDocumentError
│   └── ScopeError         a scope cannot be read, names what is not there, or holds nothing
└── OperationError         the call was right, the world was not (exit code 1)
    ├── ReadError          a file could not be read as an article
    ├── LibraryError       the library on disk cannot be used as it is
    │   ├── LibraryMissingError   there is none at its place
    │   ├── LibraryBusyError      another process is writing
    │   ├── LibraryFullError      its disk is full
    │   ├── OriginalLostError     an original that was kept is gone or another by now
    │   ├── LibraryUnreachableError  a server of it is away
    │   └── LibraryMismatchError  built with another model, dimension or format
    ├── ArchiveError       an archive of a library cannot be written or read
    ├── EmbeddingError     the embedding model cannot be loaded or is not the one expected
    ├── ModelError         a language model did not answer
    │   ├── ModelUnavailableError  it could not be reached in time, or had no capacity
    │   ├── ModelRejectedError     it refused the request: key, model name or request
    │   └── ModelResponseError     it answered with something that is no complete answer
    └── CitationError      a citation does not match the stored text

The message of each is one sentence that a user can act on: what was wrong, what is allowed,
what to do next.
"""


class FootnoteError(Exception):
    """Base of all; catch it to catch everything that Footnote raises on purpose."""


class MisuseError(FootnoteError):
    """The call itself was wrong; repeating it unchanged cannot work."""


class SettingsError(MisuseError):
    """A setting has an unknown name or a value that is not allowed."""


class UnknownDocumentError(MisuseError):
    """No document in the library has this id."""


class ScopeError(MisuseError):
    """A scope cannot be read, names what the library does not have, or holds no article."""


class OperationError(FootnoteError):
    """The call was right, but a file, a disk or a model was not as needed."""


class ReadError(OperationError):
    """A file could not be read as an article; the message is the reason."""


class LibraryError(OperationError):
    """The library on disk cannot be used as it is; the message names the command that helps."""


class LibraryMissingError(LibraryError):
    """There is no library at its place yet."""


class LibraryBusyError(LibraryError):
    """Another process is writing to this library."""


class LibraryFullError(LibraryError):
    """The disk of the library has no space left; nothing was changed."""


class OriginalLostError(LibraryError):
    """An original that was kept is gone, or is not what was kept."""


class LibraryUnreachableError(LibraryError):
    """A server that holds a half of the library cannot be reached, or breaks off."""


class LibraryMismatchError(LibraryError):
    """The library was built with another embedding model, dimension or format version."""


class ArchiveError(OperationError):
    """An exported library cannot be written, or is not what an export wrote."""


class EmbeddingError(OperationError):
    """The embedding model cannot be loaded, or its files are not the expected ones."""


class ModelError(OperationError):
    """A language model did not answer; the message names the provider and never its reply."""


class ModelUnavailableError(ModelError):
    """The model could not be reached in time, or the provider has no capacity now."""


class ModelRejectedError(ModelError):
    """The provider refused the request: the key, the model's name or the request itself."""


class ModelResponseError(ModelError):
    """What came back is no complete answer: cut short, empty or not in the provider's format."""


class CitationError(OperationError):
    """A citation's quote is not what the stored text has at its offsets."""
