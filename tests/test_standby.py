"""call_center_standby, which no database installs: what it writes into the log."""

import importlib.util
import logging

from workbench import paths


def test_tokens_stay_out_of_the_log():
    file = paths.ADDONS / "call_center_standby" / "secret_log.py"
    spec = importlib.util.spec_from_file_location("standby_secret_log", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    logging.getLogger("werkzeug").removeFilter(module.mask)
    line = '"POST /call_center/generic/s3cret HTTP/1.1" 503'
    other = line.replace("/generic/", "//generic//")
    for message, args in ((line, ()), ("%s %s", (line, 5)), (other, ())):
        record = logging.LogRecord("werkzeug", 20, "", 0, message, args, None)
        assert module.mask(record)
        assert "s3cret" not in record.getMessage()
        masked = record.getMessage().replace("//", "/")
        assert "/call_center/generic/***" in masked
