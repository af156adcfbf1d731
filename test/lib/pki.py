# SPDX-License-Identifier: ISC
"""
Certificates for the tests, by the openssl command: CAs and those below them, devices, ourselves,
revocation lists. Everything lies in the folder that it was made in, and is gone with it.

    ca = Ca(folder, "Some CA")              # a CA that signs itself; parent=ca makes one below
    phone = ca.issue("IP232-30-00-af")      # phone.pem: certificate, those between it and the root, key
    old = ca.issue("IP232-30-00-af", valid=(-30, -1), eku="serverAuth", key="RSA-2048")
    ca.revoke(old); ca.crl()                # ca.crl_path
"""
import secrets
import subprocess
import time
from pathlib import Path

CA_NAME = "Example Device CA"
VALID = (-1, 30)  # days from now
DAY = 86400
CA_USAGE = {"basicConstraints": "critical,CA:TRUE", "keyUsage": "critical,keyCertSign,cRLSign"}

CONFIG = """
[ca]
default_ca = this
[this]
database = {0}/index.txt
new_certs_dir = {0}
serial = {0}/serial
crlnumber = {0}/crlnumber
certificate = {0}/ca.crt
private_key = {0}/ca.key
default_md = sha256
policy = anything
unique_subject = no
email_in_dn = yes
x509_extensions = plain
[anything]
commonName = optional
organizationName = optional
organizationalUnitName = optional
countryName = optional
serialNumber = optional
[plain]
subjectKeyIdentifier = hash
"""


def openssl(*words, text=None):
    done = subprocess.run(["openssl", *(str(w) for w in words)], input=text, text=True,
                          stdin=subprocess.DEVNULL if text is None else None,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, f"openssl {words}: {done.stderr}"
    return done.stdout


def make_key(path, kind="P-256"):
    """A private key: RSA-BITS or the name of a curve."""
    algorithm, _, bits = kind.partition("-")
    if algorithm == "RSA":
        how = ["RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"]
    else:
        how = ["EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"]
    openssl("genpkey", "-algorithm", *how, "-out", path)
    return path


def make_request(path, key, subject, san=None, digest="sha256"):
    """A PKCS#10 request in PEM. `subject`: "/O=…/CN=…". `san`: "DNS:a,IP:192.0.2.1"."""
    more = ["-addext", f"subjectAltName={san}"] if san else []
    openssl("req", "-new", "-utf8", "-key", key, "-out", path, "-subj", subject, f"-{digest}", *more)
    return path


def when(days):
    """So many days from now, as openssl wants it."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY))


class Issued:
    """A certificate with its key: files .crt, .key, .csr, and .pem with all that a client shows."""

    def __init__(self, base, chain=b""):
        self.crt, self.key, self.csr, self.pem = (
            base.with_name(base.name + s) for s in (".crt", ".key", ".csr", ".pem"))
        self.chain = chain

    def join(self):
        """Called once all is there."""
        key = self.key.read_bytes() if self.key.exists() else b""
        self.pem.write_bytes(self.crt.read_bytes() + self.chain + key)
        return self

    @property
    def text(self):
        return self.crt.read_text()

    @property
    def der(self):
        path = self.crt.with_suffix(".der")
        openssl("x509", "-in", self.crt, "-outform", "DER", "-out", path)
        return path.read_bytes()

    @property
    def serial(self):
        """Upper-case hexadecimal, as openssl shows it."""
        return openssl("x509", "-in", self.crt, "-noout", "-serial").strip().partition("=")[2]


def subject_of(name):
    return name if name.startswith("/") else f"/CN={name}"


def extensions_of(eku, san, usage=None, more=None):
    lines = {"basicConstraints": "CA:FALSE", "subjectKeyIdentifier": "hash",
             "authorityKeyIdentifier": "keyid", **(usage or {})}
    if eku:
        lines["extendedKeyUsage"] = eku
    if san:
        lines["subjectAltName"] = san
    return "".join(f"{n} = {v}\n" for n, v in {**lines, **(more or {})}.items() if v)


class Ca:
    made = 0

    def __init__(self, folder, name=CA_NAME, *, key="P-256", parent=None, valid=(-2, 365),
                 digest="sha256", pathlen=None):
        """`pathlen`: how many CAs there may be below it; None: it does not say."""
        Ca.made += 1
        self.folder = Path(folder) / f"ca-{Ca.made}"
        self.folder.mkdir()
        self.name, self.parent, self.count = name, parent, 0
        self.usage = {**CA_USAGE}
        if pathlen is not None:
            self.usage["basicConstraints"] += f",pathlen:{pathlen}"
        self.cert, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        self.crl_path = self.folder / "crl.pem"
        self.config = self.folder / "ca.cnf"
        self.config.write_text(CONFIG.format(self.folder))
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("4" + secrets.token_hex(8)[1:] + "\n")
        (self.folder / "crlnumber").write_text("1000\n")
        make_key(self.key, key)
        self.sign_own(valid, digest)

    def sign_own(self, valid, digest="sha256"):
        """Its certificate, by its parent or by itself; again: another one for the same key."""
        csr = make_request(self.folder / "ca.csr", self.key, subject_of(self.name), digest=digest)
        signer = self.parent or self
        how = [] if self.parent else ["-selfsign", "-keyfile", self.key]
        signer.sign(csr, self.cert, valid=valid, digest=digest, usage=self.usage, how=how,
                    more={"authorityKeyIdentifier": "keyid" if self.parent else ""})

    @property
    def text(self):
        return self.cert.read_text()

    @property
    def chain(self):
        """What a client of this CA sends beside its own: everything below the root."""
        return self.cert.read_bytes() + self.parent.chain if self.parent else b""

    @property
    def root(self):
        return self.parent.root if self.parent else self

    def sign(self, csr, crt, *, valid=VALID, eku=None, san=None, serial=None, digest="sha256",
             usage=None, more=None, how=()):
        extensions = self.folder / "extensions"
        extensions.write_text(extensions_of(eku, san, usage, more))
        if serial is not None:
            (self.folder / "serial").write_text(f"{serial}\n")
        openssl("ca", "-batch", "-notext", "-preserveDN", "-utf8", "-config", self.config,
                "-in", csr, "-out", crt, "-md", digest, "-extfile", extensions, "-startdate", when(valid[0]),
                "-enddate", when(valid[1]), *how)

    def issue(self, name, *, key="P-256", valid=VALID, eku="clientAuth", san=None, serial=None,
              digest="sha256", request=None, key_file=None, more=None):
        """For a common name, or a whole subject (begins with a slash). `valid`: days from now. `eku`
        None: no such extension. `serial`: hexadecimal, of even length. `request`: a CSR that is
        there already, whose key is somebody else's; then `name` does not count. `key_file`: a key that
        is there already. `more`: extensions as of openssl's x509v3_config."""
        self.count += 1
        made = Issued(self.folder / f"device-{self.count}", self.chain)
        if request is None:
            if key_file:
                made.key.write_bytes(Path(key_file).read_bytes())
            else:
                make_key(made.key, key)
            request = make_request(made.csr, made.key, subject_of(name))
        self.sign(request, made.crt, valid=valid, eku=eku, san=san, serial=serial, digest=digest, more=more)
        return made.join()

    def revoke(self, issued):
        """It is in the lists that are made afterwards."""
        openssl("ca", "-config", self.config, "-revoke", getattr(issued, "crt", issued))

    def crl(self, valid=VALID):
        """A revocation list of today, in PEM, as text; also in crl_path."""
        openssl("ca", "-gencrl", "-config", self.config, "-out", self.crl_path,
                "-crl_lastupdate", when(valid[0]), "-crl_nextupdate", when(valid[1]))
        return self.crl_path.read_text()


def self_signed(folder, name, *, key="P-256", valid=VALID, eku=None, san=None):
    """A certificate that a device signed itself, as they come from the factory."""
    Ca.made += 1
    made = Issued(Path(folder) / f"self-{Ca.made}")
    ca = Ca(folder, name, key=key)  # for its files only
    made.key.write_bytes(ca.key.read_bytes())
    make_request(made.csr, made.key, subject_of(name))
    ca.sign(made.csr, made.crt, valid=valid, eku=eku, san=san, how=["-selfsign", "-keyfile", made.key])
    return made.join()


def make_server(folder, key="P-256"):
    """server.pem, as the web server wants it."""
    folder = Path(folder)
    key_file, crt = make_key(folder / "server.key", key), folder / "server.crt"
    openssl("req", "-x509", "-key", key_file, "-out", crt, "-days", 30, "-subj", "/CN=update.example")
    (folder / "server.pem").write_bytes(crt.read_bytes() + key_file.read_bytes())


class Pki:
    """A folder for `--pki`, and devices that its CA vouches for."""

    def __init__(self, folder, server_key="P-256", **how):
        """`how`: of its CA."""
        self.folder = Path(folder)
        self.devices = {}
        self.authority = Ca(folder, **how)
        self.ca = self.folder / "client-ca.pem"
        self.ca_key = self.folder / "client-ca.key"
        self.ca_key.write_bytes(self.authority.key.read_bytes())
        self.trust(self.authority)
        make_server(folder, server_key)

    def device(self, name):
        """A PEM with the certificate and key of the device with this common name."""
        if name not in self.devices:
            self.devices[name] = self.authority.issue(name).pem
        return self.devices[name]

    def trust(self, *cas):
        """client-ca.pem becomes these, in one step."""
        self.replace("client-ca.pem", "".join(ca.text for ca in cas))

    def replace(self, name, text):
        new = self.folder / f".{name}.new"
        new.write_text(text)
        new.rename(self.folder / name)
