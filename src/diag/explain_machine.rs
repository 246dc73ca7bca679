//! The long explanations of trouble with files and secrets of the machine: [`super::explain`] hands them out.

pub(super) const UNREADABLE: &str = "The file is not there, is a folder, or may not be read by the user that vicisync runs as. Paths in the config are relative to\n\
    the folder of the config.\n\n\
    Try:     sudo -u vicisync cat FILE";

pub(super) const NOT_UTF8: &str = "The file holds bytes that are no text in UTF-8, mostly letters that an editor saved in an old way. The place shown is\n\
    the first of them. Save the file as UTF-8, and type the letter again.\n\n\
    Try:     iconv -f windows-1252 -t utf-8 OLD > NEW";

pub(super) const TOO_LARGE: &str = "The file is larger than any config or mapping: it is probably not the file that you mean.\n\n\
    Try:     ls -l FILE";

pub(super) const NO_VARIABLE: &str = "The config says that a secret is in an environment variable, and there is none of that name, or it is empty. A service does\n\
    not have the variables of your shell.\n\n\
    Try:     export VICIDIAL_PASS=...\n\
    Better:  pass = \"file:/etc/vicisync/vicidial.pass\"";

pub(super) const NO_CREDENTIAL: &str = "Credentials are handed over by systemd to a service only, by a line LoadCredential= in its unit.\n\n\
    Unit:    LoadCredential=vicidial-pass:/etc/vicisync/vicidial.pass\n\
    Config:  pass = \"credential:vicidial-pass\"";

pub(super) const NO_SECRET_FILE: &str = "The config says that a secret is in a file, and the file cannot be read by the user that vicisync runs as. Paths are relative\n\
    to the folder of the config.\n\n\
    Try:     sudo install -m 600 -o vicisync /dev/stdin /etc/vicisync/vicidial.pass";

pub(super) const NOT_A_SECRET: &str = "The file that the config names for a secret must hold the secret alone, on one line.\n\n\
    Try:     printf %s 'THE SECRET' > FILE";

pub(super) const BAD_CONNECTION: &str = "The connection is written correctly and still cannot work, for the reason in the message: for example a certificate that\n\
    is none.\n\n\
    Try:     openssl x509 -in ca.pem -noout -subject";

pub(super) const UNWRITABLE: &str = "A file was to be made, or added to, and could not be: it is there already, somebody changed it meanwhile, or this user may not write\n\
    there. Nothing was written.\n\n\
    Try:     vicisync --config FOLDER/vicisync.toml init";

pub(super) const OPEN_SECRET: &str = "Other users of this machine can read the file with the secret. Close it to all but the user that vicisync runs as.\n\n\
    Try:     chmod 600 FILE";

pub(super) const NO_FOLDER: &str = "A report is to be written into a folder that is not there. vicisync makes no folders.\n\n\
    Try:     sudo install -d -m 2750 -o vicisync FOLDER";
