import { type Field, name, type Row, type Shipped } from './table.ts'

const own = { custodian: 'Sixteen', licence: 'ogl-uk-3.0', timestamp: '2026-11-24T00:00:00Z' }

/** Lists short enough to stand here: licences, channels, themes, police forces. */
export function smallLists(): Shipped[] {
  return [licences(), channels(), themes(), forces()]
}

function table(fields: Field[], text: string): Row[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      return Object.fromEntries(
        fields.map(({ field, cardinality }, at) => [field, cardinality ? (cells[at] ?? '').split('; ').filter(Boolean) : cells[at]]),
      )
    })
}

function licences(): Shipped {
  const fields: Field[] = [
    { field: 'licence', text: 'Short name' },
    name(),
    { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Other names and short names in use' },
    { field: 'url', datatype: 'url', text: 'Terms' },
    { field: 'open', datatype: 'boolean', text: 'Whether it is open by the Open Definition' },
  ]
  return {
    ...own,
    register: 'licence',
    title: 'Licences',
    description: 'Licences under which government and others open their data',
    source: 'The licences’ own pages; Open Definition; digital-land/specification for short names',
    fields,
    rows: table(
      fields,
      `
ogl-uk-3.0 | Open Government Licence v3.0 | OGL; OGL3; ogl3; uk-ogl; OGL-UK-3.0; Open Government Licence | https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/ | true
ogl-uk-2.0 | Open Government Licence v2.0 | ogl2; OGL-UK-2.0 | https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/ | true
ogl-uk-1.0 | Open Government Licence v1.0 | ogl1; OGL-UK-1.0 | https://www.nationalarchives.gov.uk/doc/open-government-licence/version/1/ | true
cc-by-4.0 | Creative Commons Attribution 4.0 | CC BY 4.0; cc-by; CC-BY-4.0; Creative Commons Attribution | https://creativecommons.org/licenses/by/4.0/ | true
cc-by-sa-4.0 | Creative Commons Attribution-ShareAlike 4.0 | CC BY-SA 4.0; cc-by-sa; CC-BY-SA-4.0 | https://creativecommons.org/licenses/by-sa/4.0/ | true
cc0-1.0 | Creative Commons Zero 1.0 | CC0; cc-zero; CC0-1.0; cc0 | https://creativecommons.org/publicdomain/zero/1.0/ | true
odc-by-1.0 | Open Data Commons Attribution License 1.0 | ODC-By; odc-by | https://opendatacommons.org/licenses/by/1-0/ | true
odbl-1.0 | Open Database License 1.0 | ODbL; odc-odbl; ODbL-1.0 | https://opendatacommons.org/licenses/odbl/1-0/ | true
odc-pddl-1.0 | Public Domain Dedication and License 1.0 | PDDL; odc-pddl; PDDL-1.0 | https://opendatacommons.org/licenses/pddl/1-0/ | true
os-opendata | OS OpenData Licence | Ordnance Survey OpenData | https://www.ordnancesurvey.co.uk/opendatalicence | true
psi | PSI Click-Use Licence | Click-Use | | false
end-user-licence | End user licence | EUL | | false
other-closed | Other terms, not open | Other (Not Open); notspecified | | false
not-stated | Licence not stated | License not specified | | false`,
    ),
  }
}

function channels(): Shipped {
  const fields: Field[] = [
    { field: 'channel', text: 'Short name' },
    name(),
    { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Other names' },
    { field: 'digital', datatype: 'boolean', text: 'Whether it counts towards digital take-up' },
  ]
  return {
    ...own,
    register: 'channel',
    title: 'Channels of services',
    description: 'Ways in which people use a service of government',
    source: 'Words of the GOV.UK Performance Platform',
    fields,
    rows: table(
      fields,
      `
digital | Digital | online; web; website; internet | true
phone | Phone | telephone; call; voice | false
phone-automated | Phone, automated | automated phone; ivr; phone-ivr; voice_ivr | false
post | Post | paper; paper form; mail; letter | false
face-to-face | Face to face | in person; counter; office; face_to_face; branch | false
assisted-digital | Assisted digital | assisted; assisted_digital | true
api | Third-party software | api; edi; software | true
intermediary | Intermediary | agent; third party | false
other | Other | unknown; email; fax | false`,
    ),
  }
}

function themes(): Shipped {
  const fields: Field[] = [
    { field: 'data-theme', text: 'Short name' },
    name(),
    { field: 'european', role: 'code', cardinality: 'n', text: 'Closest European data theme' },
  ]
  return {
    ...own,
    register: 'data-theme',
    title: 'Themes of data',
    description: 'Themes under which datasets are found, with the closest theme of the European authority list',
    source: 'data.gov.uk; EU Vocabularies, authority list data-theme',
    fields: fields.map(({ role: _role, ...field }) => field),
    rows: table(
      fields,
      `
business-and-economy | Business and economy | ECON
crime-and-justice | Crime and justice | JUST
defence | Defence | GOVE
digital-service-performance | Digital service performance | GOVE
education | Education | EDUC
environment | Environment | ENVI
government | Government | GOVE
government-reference-data | Government reference data | GOVE
government-spending | Government spending | ECON
health | Health | HEAL
mapping | Mapping | REGI
society | Society | SOCI
towns-and-cities | Towns and cities | REGI
transport | Transport | TRAN`,
    ),
  }
}

function forces(): Shipped {
  const fields: Field[] = [
    { field: 'police-force', text: 'Short name in the data of police.uk' },
    name(),
    { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Other names' },
    { field: 'nation', text: 'Where' },
    { field: 'end-date', datatype: 'datetime', text: 'Last day' },
    { field: 'replaced-by', cardinality: 'n', role: 'successor', text: 'Force that took its place' },
  ]
  return {
    ...own,
    register: 'police-force',
    title: 'Police forces',
    description: 'Territorial and special police forces of the United Kingdom',
    source: 'Names and short names as on data.police.uk; Police and Fire Reform (Scotland) Act 2012',
    fields,
    rows: table(
      fields,
      `
avon-and-somerset | Avon and Somerset Constabulary | Avon and Somerset Police | England
bedfordshire | Bedfordshire Police | | England
btp | British Transport Police | BTP | Great Britain
cambridgeshire | Cambridgeshire Constabulary | Cambridgeshire Police | England
cheshire | Cheshire Constabulary | Cheshire Police | England
city-of-london | City of London Police | | England
cleveland | Cleveland Police | | England
cumbria | Cumbria Constabulary | Cumbria Police | England
derbyshire | Derbyshire Constabulary | Derbyshire Police | England
devon-and-cornwall | Devon & Cornwall Police | Devon and Cornwall Constabulary | England
dorset | Dorset Police | | England
durham | Durham Constabulary | Durham Police | England
dyfed-powys | Dyfed-Powys Police | Heddlu Dyfed-Powys | Wales
essex | Essex Police | | England
gloucestershire | Gloucestershire Constabulary | Gloucestershire Police | England
greater-manchester | Greater Manchester Police | GMP | England
gwent | Gwent Police | Heddlu Gwent | Wales
hampshire | Hampshire Constabulary | Hampshire Police; Hampshire and Isle of Wight Constabulary | England
hertfordshire | Hertfordshire Constabulary | Hertfordshire Police | England
humberside | Humberside Police | | England
kent | Kent Police | | England
lancashire | Lancashire Constabulary | Lancashire Police | England
leicestershire | Leicestershire Police | Leicestershire Constabulary | England
lincolnshire | Lincolnshire Police | | England
merseyside | Merseyside Police | | England
metropolitan | Metropolitan Police Service | The Met; Metropolitan Police; MPS | England
norfolk | Norfolk Constabulary | Norfolk Police | England
north-wales | North Wales Police | Heddlu Gogledd Cymru | Wales
north-yorkshire | North Yorkshire Police | | England
northamptonshire | Northamptonshire Police | | England
northern-ireland | Police Service of Northern Ireland | PSNI | Northern Ireland
northumbria | Northumbria Police | | England
nottinghamshire | Nottinghamshire Police | | England
scotland | Police Scotland | Police Service of Scotland; Poileas Alba | Scotland
south-wales | South Wales Police | Heddlu De Cymru | Wales
south-yorkshire | South Yorkshire Police | | England
staffordshire | Staffordshire Police | | England
suffolk | Suffolk Constabulary | Suffolk Police | England
surrey | Surrey Police | | England
sussex | Sussex Police | | England
thames-valley | Thames Valley Police | | England
warwickshire | Warwickshire Police | | England
west-mercia | West Mercia Police | West Mercia Constabulary | England
west-midlands | West Midlands Police | | England
west-yorkshire | West Yorkshire Police | | England
wiltshire | Wiltshire Police | Wiltshire Constabulary | England
central-scotland | Central Scotland Police | | Scotland | 2013-03-31 | scotland
dumfries-and-galloway | Dumfries and Galloway Constabulary | | Scotland | 2013-03-31 | scotland
fife | Fife Constabulary | | Scotland | 2013-03-31 | scotland
grampian | Grampian Police | | Scotland | 2013-03-31 | scotland
lothian-and-borders | Lothian and Borders Police | | Scotland | 2013-03-31 | scotland
northern-constabulary | Northern Constabulary | | Scotland | 2013-03-31 | scotland
strathclyde | Strathclyde Police | | Scotland | 2013-03-31 | scotland
tayside | Tayside Police | | Scotland | 2013-03-31 | scotland`,
    ),
  }
}
