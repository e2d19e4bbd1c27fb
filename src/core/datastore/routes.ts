import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Objects } from '../../foundation/engines/files/index.ts'
import type { SixteenBus } from '../../foundation/kernel/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import { areaRoutes } from './areas/routes.ts'
import type { Bindings } from './bindings/index.ts'
import { bindingRoutes } from './bindings/routes.ts'
import { ogcRoutes } from './faces/ogc/routes.ts'
import { sqlRoutes } from './faces/sql/routes.ts'
import type { Datastore } from './index.ts'
import { publishRoutes } from './publish/routes.ts'
import { queryRoutes } from './query/routes.ts'
import { noticeRoutes } from './versions/notices/routes.ts'
import { savedQueryRoutes } from './versions/queries/routes.ts'
import { versionRoutes } from './versions/routes.ts'

export interface DatastoreRoutes {
  datastore: Datastore
  catalogue: Catalogue
  bindings: Bindings
  objects: Objects
  events: SixteenBus
  base: () => string
  /** Draws a page around a body that is escaped already. */
  frame: (title: string, body: string) => string
}

/** The data API: query, files, versions, publishing. */
export function datastoreRoutes(options: DatastoreRoutes): FastifyPluginAsyncTypebox {
  return async (app) => {
    queryRoutes(app, options)
    bindingRoutes(app, options)
    areaRoutes(app, options)
    versionRoutes(app, options)
    noticeRoutes(app, options)
    savedQueryRoutes(app, options)
    sqlRoutes(app, options)
    ogcRoutes(app, options)
    await app.register(publishRoutes(options))
  }
}
