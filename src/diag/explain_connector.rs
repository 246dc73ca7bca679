//! The long explanations of what is wrong in a connector file: [`super::explain`] hands them out.

pub(super) const NAME: &str = "In a connector, `${name}` puts a value in. Each place offers its own: the address of one contact has `id`, a listing\n\
    has `fields`, `page_size`, `since` and `after.id`, a call has `key` and `call.title`. `object` and the declared options\n\
    are offered in all requests; secrets in `[[auth]]` alone, so that they get into no address and no log.\n\n\
    Wrong:   [get]\n         path = \"/${object}/${contact_id}\"\n\
    Right:   [get]\n         path = \"/${object}/${id}\"";

pub(super) const TEMPLATE: &str = "`${` begins a name and `}` ends it. A name has small letters, digits, `_` and `.`; a `?` behind it says that it\n\
    may have no value, and then what stands around it is left out.\n\n\
    Wrong:   select = \"${fields\"\n\
    Right:   select = \"${fields}\"\n         user = \"${option.user_id?}\"";

pub(super) const PATH: &str = "A path says where a value stands in an answer: attributes with dots between them. Behind a list, a filter in square\n\
    brackets picks elements.\n\n\
    Wrong:   id = \"$.id\"\n\
    Right:   id = \"id\"\n         phone = \"phones[?primary==true].number\"\n         type = \"error.data.type\"";

pub(super) const UNDECLARED: &str = "What the config may set is declared in `[secrets]` and `[options]`, each with a sentence for people. A text can use\n\
    only what is declared there.\n\n\
    Wrong:   [secrets]\n         api_key = \"the API key\"\n         [[auth]]\n         value = \"Bearer ${secret.token}\"\n\
    Right:   [secrets]\n         token = \"an access token\"\n         [[auth]]\n         value = \"Bearer ${secret.token}\"";

pub(super) const LOGIN: &str = "A connector has at least one `[[auth]]`: the header that carries the login. With several, the first whose secrets are\n\
    all set is used.\n\n\
    Right:   [[auth]]\n         header = \"Authorization\"\n         value = \"Bearer ${secret.token}\"";

pub(super) const TIME: &str = "`record.time` says how the CRM writes times: %Y year, %m month, %d day, %H hour, %M minute, %S second, %.f the fraction.\n\
    Times are read, and written in filters, as UTC.\n\n\
    Wrong:   time = \"YYYY-MM-DD HH:MM:SS\"\n\
    Right:   time = \"%Y-%m-%d %H:%M:%S\"";

pub(super) const REQUEST: &str = "A request's path is added to the base address and begins with `/`. A GET has no body: what it asks stands in `query`.\n\n\
    Wrong:   path = \"Contact/${id}\"\n\
    Right:   path = \"/Contact/${id}\"";

pub(super) const JSON: &str = "Query parameters and bodies are sent as JSON, which has text, numbers, true and false, lists and tables. Dates are\n\
    text there. The key `\"?\"` of a table takes the name of a value: the table is sent only where that has one.\n\n\
    Wrong:   json = { since = 2026-11-01 }\n\
    Right:   json = { since = \"2026-11-01\" }";

pub(super) const HEADER: &str = "The name of an HTTP header has letters, digits and `-`, without a colon or spaces; its value stands on one line.\n\n\
    Wrong:   header = \"Authorization:\"\n\
    Right:   header = \"Authorization\"";

pub(super) const FIELD_KIND: &str = "`[describe.types]` says what each of the CRM's words for types means. The kinds are: text, number, flag, date, moment,\n\
    choice, choices, phone, email, link, other, and none for what is not a field.\n\n\
    Wrong:   [describe.types]\n         varchar = \"string\"\n\
    Right:   [describe.types]\n         varchar = \"text\"";
