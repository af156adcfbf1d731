# SPDX-License-Identifier: ISC
"""Certificates for the tests, by the openssl command: a CA, devices signed by it, ourselves."""
import subprocess
from pathlib import Path

CA_NAME = "Example Device CA"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*words):
    subprocess.run(["openssl", *(str(w) for w in words)], check=True, stdin=subprocess.DEVNULL,
                   capture_output=True, timeout=20)


class Pki:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.devices = {}
        self.ca = self.folder / "client-ca.pem"
        self.ca_key = self.folder / "client-ca.key"
        openssl("req", "-x509", *KEY, "-keyout", self.ca_key, "-out", self.ca, "-days", 30,
                "-subj", f"/CN={CA_NAME}")
        key, crt = self.folder / "server.key", self.folder / "server.crt"
        openssl("req", "-x509", *KEY, "-keyout", key, "-out", crt, "-days", 30,
                "-subj", "/CN=update.example")
        (self.folder / "server.pem").write_bytes(crt.read_bytes() + key.read_bytes())

    def device(self, name):
        """A PEM with the certificate and key of the device with this common name."""
        if name not in self.devices:
            base = self.folder / f"device-{len(self.devices)}"
            key, csr, crt, pem = (base.with_suffix(s) for s in (".key", ".csr", ".crt", ".pem"))
            openssl("req", "-new", *KEY, "-keyout", key, "-out", csr, "-subj", f"/CN={name}")
            openssl("x509", "-req", "-in", csr, "-CA", self.ca, "-CAkey", self.ca_key,
                    "-CAcreateserial", "-days", 30, "-out", crt)
            pem.write_bytes(crt.read_bytes() + key.read_bytes())
            self.devices[name] = pem
        return self.devices[name]
