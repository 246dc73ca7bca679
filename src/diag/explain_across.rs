//! The long explanations of what does not fit across files and servers: [`super::explain`] hands them out.

pub(super) const WRONG_OBJECT: &str = "A mapping is about one kind of record of the CRM, and the connector says which kinds it can sync.\n\n\
    Wrong:   object = \"Lead\"        (with the connector espocrm)\n\
    Right:   object = \"Contact\"";

pub(super) const NEVER_SET: &str = "Some fields of the CRM say that a person must not be called. Calls never write them, because a wrong rule would clear\n\
    opt-outs without anybody seeing it. Note the wish in a field of your own, and let a person set the opt-out.\n\n\
    Wrong:   set = { doNotCall = false }\n\
    Right:   set = { cDialerStatus = \"${status}\" }";

pub(super) const COMPUTED_SET: &str = "The CRM works this field out by itself and drops what is sent, without a word. Set a field of your own instead.\n\n\
    Wrong:   set = { modifiedAt = \"${call_end}\" }\n\
    Right:   set = { cLastCallAt = \"${call_end}\" }";

pub(super) const UNKNOWN_OPTION: &str = "Each connector has its own options; this one has none of that name. The message lists them.\n\n\
    Wrong:   options = { userid = \"647f1f6e2b3c4d5e6\" }\n\
    Right:   options = { user_id = \"647f1f6e2b3c4d5e6\" }";

pub(super) const UNKNOWN_SECRET: &str = "Each connector says which secrets it uses to log in; this one uses none of that name.\n\n\
    Wrong:   secrets = { apikey = \"env:ESPO_KEY\" }\n\
    Right:   secrets = { api_key = \"env:ESPO_KEY\" }";

pub(super) const NO_LOGIN: &str = "The connector cannot log in with the secrets that the connection has. The message says which are needed.\n\n\
    Wrong:   [crm.espo]\n         kind = \"espocrm\"\n         site = \"https://crm.example.com\"\n\
    Right:   the same with a line: secrets = { api_key = \"file:espo.key\" }";

pub(super) const UNKNOWN_CRM_FIELD: &str = "The CRM was asked for its fields, and has none of that name. Capitals count. EspoCRM puts a `c` before the names of\n\
    fields that you made yourself. Where a field was made just now, `vicisync check --live` asks the CRM again.\n\n\
    Wrong:   first_name = \"FirstName\"\n\
    Right:   first_name = \"firstName\"";

pub(super) const READ_ONLY_FIELD: &str = "The CRM has the field and says that it cannot be set over its API: it is read-only, or worked out of other fields.\n\n\
    Wrong:   set = { createdAt = \"${call_start}\" }\n\
    Right:   set = { cFirstCallAt = \"${call_start}\" }";

pub(super) const LIST_NOT_ALLOWED: &str = "The job in the config says which lists its mapping may fill, and the mapping fills another one. Add the list to the job,\n\
    or correct the mapping. So nobody fills a wrong list by a slip of the pen.\n\n\
    Job:     lists = [1001, 1002]\n\
    Wrong:   [[list]]\n         list = 1003\n\
    Right:   [[list]]\n         list = 1002";

pub(super) const SHARED_LIST: &str = "Two jobs that fill one list would each take the other's leads for strangers and end their dialing.\n\n\
    Wrong:   list = 1001       (in the mappings of both jobs)\n\
    Right:   list = 1001       (in one), list = 2001 (in the other)";

pub(super) const SAME_SYSTEMS: &str = "Two jobs between the same CRM and the same VICIdial would both claim one contact's lead. Make them one job: a mapping\n\
    can send contacts to many lists. If they are to be two, one of them needs a slot: then a contact of both has a lead in each.\n\
    A job that ran already keeps what it has; give the slot to the new one.\n\n\
    Right:   [[list]]\n         when = { cSegment = \"north\" }\n         list = 1001\n         [[list]]\n         when = { cSegment = \"south\" }\n         list = 1002\n\
    Or:      [job.winback]\n         slot = \"winback\"";

pub(super) const MAY_NOT_DELETE: &str = "A deleted lead cannot be brought back, and its calls vanish from VICIdial's exports. So the mapping says whose leads are\n\
    deleted, and the job in the config that it may. Every run that would delete waits for a person until the brake `deletes` says otherwise.\n\n\
    Wrong:   [leaving]\n         gone = \"delete\"       (and no `may_delete` in the job)\n\
    Right:   [leaving]\n         gone = \"deactivate\"";

pub(super) const FINAL_STATUS: &str = "The status has a flag in VICIdial that ends a lead's dialing for good (sale, dnc, completed), or that makes it wait for its\n\
    callback. A rule of the mapping would take leads out of it, and they would be dialed again.\n\n\
    Wrong:   from = [\"NEW\", \"SOLD\"]       (where SOLD has the flag sale)\n\
    Right:   from = [\"NEW\", \"NA\"]";

pub(super) const LIST_NOT_SEEN: &str = "VICIdial was asked about this list, and had none of that number, or the list was not active: its leads are not dialed.\n\
    Make the list or switch it on, or correct the number. The warning says when VICIdial was asked; to ask again:\n\n\
    Type:    vicisync check --live";

pub(super) const LABEL_NOT_SEEN: &str = "Custom fields belong to lists, and this list did not have the field when VICIdial was asked: the value could not be\n\
    written for its leads. Make the field in VICIdial (Lists, Custom Fields), with the label as the mapping has it.\n\n\
    Type:    vicisync check --live";

pub(super) const STATUS_NOT_SEEN: &str = "VICIdial had no such status when it was asked: no call ends with it, and a lead that gets it shows no name for it.\n\n\
    Wrong:   status = [\"SOLD\"]\n\
    Right:   status = [\"SALE\"]";

pub(super) const CAMPAIGN_NOT_SEEN: &str = "VICIdial did not show this campaign when it was asked: it is not there, or the API user may not see it.\n\n\
    Wrong:   campaigns = [\"SALE\"]\n\
    Right:   campaigns = [\"SALES\"]";

pub(super) const AGENT_NOT_SEEN: &str = "VICIdial had no such user when it was asked. Write the user id of the agent, not the name.\n\n\
    Wrong:   [users]\n         \"Ann Lee\" = \"647f1f6e2b3c4d5e6\"\n\
    Right:   [users]\n         \"1001\" = \"647f1f6e2b3c4d5e6\"";

pub(super) const STATUS_DIALED: &str = "The leads of contacts that left, and those of people who opted out, get a status that no campaign may dial. This campaign\n\
    dials it, so they would be called again. Take the status out of the campaign, or choose another in the mapping.\n\n\
    Right:   [leaving]\n         status = \"VSGONE\"";

pub(super) const OTHER_NON_LATIN: &str = "With `use_non_latin` off VICIdial drops all letters beyond A to Z. vicisync must know how it is set, or it compares what it\n\
    wrote with what it reads and finds them different for ever.\n\n\
    Right:   use_non_latin = \"on\"       (as in VICIdial: Admin, System Settings)";

pub(super) const UNKNOWN_CHOICE: &str = "The CRM's field is one of a few values, and the value in the mapping is none of them: the condition or the entry of `map`\n\
    never fits. In conditions capitals count.\n\n\
    Wrong:   when = { cSegment = \"nord\" }\n\
    Right:   when = { cSegment = \"north\" }";

pub(super) const OTHER_TYPE: &str = "The CRM's field holds a number, or true and false, and the mapping compares it with a text, or the other way round.\n\n\
    Wrong:   filter = { isActive = \"yes\" }\n\
    Right:   filter = { isActive = true }";

pub(super) const SET_TWICE: &str = "Calls of two jobs set the same field of the same CRM: the later call overwrites what the other job wrote. That may be\n\
    meant. If not, give each job a field of its own.\n\n\
    Right:   set = { cDialerStatusNorth = \"${status}\" }";

pub(super) const MAPPED_TWICE: &str = "Two jobs use one mapping, so every contact becomes a lead in both, and both call it. If that is not meant, give\n\
    each job a mapping with a filter of its own.\n\n\
    Right:   filter = { cSegment = \"north\" }";

pub(super) const CUT: &str = "Values of contacts (those of your own [[test]] tables; with `vicisync check --live` some of the CRM) do not fit into\n\
    VICIdial's field: it would cut them or drop characters. Shorten the value, or take a wider field. The example has `x` for letters\n\
    and 9 for digits.\n\n\
    Wrong:   title = \"salutationName\"                    (title has 4 characters)\n\
    Right:   title = { from = \"salutationName\", transform = \"truncate:4\" }";
