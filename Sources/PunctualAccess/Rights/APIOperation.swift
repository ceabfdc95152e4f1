package import PunctualCore

/// Every operation of the API, by its name in the OpenAPI document. What is not here is nobody's.
package enum APIOperation: String, Hashable, Sendable, CaseIterable {
    case listJobs, createJob, createJobs, getJob, replaceJob, patchJob, deleteJob
    case pauseJob, resumeJob, triggerJob, backfillJob, nextOccurrences, explainJob
    case previewSchedule, scheduleStatus, putOnSchedule, takeOffSchedule
    case calendar, calendarJobs
    case listExecutions, listJobExecutions, getExecution, readLines, retryExecution, cancelExecution
    case listDeadLetters
    case listQueues, pauseQueue, resumeQueue
    case listLimits, getQueueLimit, putQueueLimit, deleteQueueLimit, getServiceLimit, putServiceLimit,
        deleteServiceLimit
    case getJobLimit, putJobLimit, deleteJobLimit
    case listLogLevels, putLogLevel, deleteLogLevel
    case listNotifications, getNotification, putNotification, deleteNotification, testNotification
    case claimWork, heartbeatWork, heartbeatWorks, completeWork, completeWorks
    case stats, statsByMinute, events
    case health, live, ready, metrics, openapi, docs

    case setupPage, setupState, setUp, signIn, signOut, token, revokeToken, authorizationServer, signingKeys
    case listProviders, providerLogin, providerCallback
    case whoAmI, changePassword, enrolSecondFactor, confirmSecondFactor, removeSecondFactor, signOutEverywhere
    case listKeys, createKey, getKey, rotateKey, revokeKey
    case listUsers, createUser, getUser, patchUser, deleteUser
    case listServiceAccounts, createServiceAccount, getServiceAccount, patchServiceAccount, deleteServiceAccount
    case listGrants, createGrant, getGrant, deleteGrant
    case listSecrets, putSecret, deleteSecret
    case listAudit, auditEnd, exportAudit

    // What browsers are shown, and what they send from there; the API's document does not know of them.
    case viewPage, sendForm, sendPassword, viewSignIn, sendSignIn, viewAsset

    /// What an operation asks for.
    package enum Requirement: Hashable, Sendable {
        /// Nothing: anybody may.
        case open
        /// Nothing, since strangers show here who they are; it counts against their address.
        case entrance
        /// A credential, whatever it allows; the operation is about its holder alone.
        case own
        /// The same, of one that is for all that its holder may: it is about what he shows of himself.
        case ownCredentials
        /// The role for the holder's own things; for those of others `admin` for the whole installation.
        case ownOrAdmin
        /// The role for some service, whichever.
        case anywhere(Role)
        /// The role for the service of the thing; a list shows only what is allowed.
        case service(Role)
        /// The role for the whole installation.
        case global(Role)
    }

    package var requirement: Requirement {
        switch self {
        case .health, .live, .ready, .openapi, .docs, .setupPage, .authorizationServer, .signingKeys,
            .listProviders, .viewSignIn, .viewAsset:
            .open
        case .setupState, .setUp, .signIn, .token, .revokeToken, .providerLogin, .providerCallback, .sendSignIn:
            .entrance
        // What a page shows and does goes through the calls of the API, each with its own requirement.
        case .whoAmI, .signOut, .viewPage, .sendForm, .sendPassword: .own
        case .changePassword, .enrolSecondFactor, .confirmSecondFactor, .removeSecondFactor, .signOutEverywhere:
            .ownCredentials
        case .listKeys, .createKey, .getKey, .rotateKey, .revokeKey: .ownOrAdmin
        case .previewSchedule: .anywhere(.viewer)
        case .listJobs, .getJob, .nextOccurrences, .explainJob, .listExecutions, .listJobExecutions, .getExecution,
            .listDeadLetters, .readLines, .events, .listLimits, .getServiceLimit, .getJobLimit, .calendar,
            .calendarJobs:
            .service(.viewer)
        case .pauseJob, .resumeJob, .triggerJob, .backfillJob, .putOnSchedule, .takeOffSchedule, .retryExecution,
            .cancelExecution, .claimWork, .heartbeatWork, .heartbeatWorks, .completeWork, .completeWorks:
            .service(.operator)
        case .createJob, .createJobs, .replaceJob, .patchJob, .deleteJob, .listSecrets, .putSecret, .deleteSecret,
            .putServiceLimit, .deleteServiceLimit, .putJobLimit, .deleteJobLimit,
            .listNotifications, .getNotification, .putNotification, .deleteNotification, .testNotification:
            .service(.editor)
        case .scheduleStatus, .listQueues, .getQueueLimit, .stats, .statsByMinute, .metrics: .global(.viewer)
        case .pauseQueue, .resumeQueue, .putQueueLimit, .deleteQueueLimit: .global(.operator)
        case .listUsers, .createUser, .getUser, .patchUser, .deleteUser, .listServiceAccounts, .createServiceAccount,
            .getServiceAccount, .patchServiceAccount, .deleteServiceAccount, .listGrants, .createGrant, .getGrant,
            .deleteGrant, .listAudit, .auditEnd, .exportAudit, .listLogLevels, .putLogLevel, .deleteLogLevel:
            .global(.admin)
        }
    }

    /// Whether it takes a guess at who somebody is: at a secret that people choose, or at a provider's answer.
    package var isSignIn: Bool {
        switch self {
        case .setUp, .signIn, .sendSignIn, .sendPassword, .providerCallback, .changePassword, .confirmSecondFactor,
            .removeSecondFactor:
            true
        default: false
        }
    }

    /// Whether an outside worker makes it, as often as there is work: it counts against limits of its own.
    package var isWork: Bool {
        switch self {
        case .claimWork, .heartbeatWork, .heartbeatWorks, .completeWork, .completeWorks: true
        default: false
        }
    }

    /// Whether something that restarts or leaves out a node asks for it, which must not be told that it asks too often: it would
    /// take a node away that does no harm.
    package var isProbe: Bool { self == .live || self == .ready }

    /// Whether its answer may take long to come or to end.
    package var isLong: Bool {
        switch self {
        case .claimWork, .events, .readLines, .exportAudit: true
        default: false
        }
    }

    /// Whether it leaves an entry in the audit log: what changes something, but for workers' calls, which executions tell of.
    /// The others leave one only when they are refused.
    package var isAudited: Bool {
        switch self {
        case .createJob, .createJobs, .replaceJob, .patchJob, .deleteJob, .pauseJob, .resumeJob, .triggerJob,
            .backfillJob,
            .putOnSchedule, .takeOffSchedule, .retryExecution, .cancelExecution, .pauseQueue, .resumeQueue, .setUp,
            .signIn, .providerCallback, .signOut, .token, .revokeToken, .changePassword, .enrolSecondFactor,
            .confirmSecondFactor,
            .removeSecondFactor, .signOutEverywhere, .createKey, .rotateKey, .revokeKey, .createUser, .patchUser,
            .deleteUser, .createServiceAccount, .patchServiceAccount, .deleteServiceAccount, .createGrant, .deleteGrant,
            .putSecret, .deleteSecret, .exportAudit, .putQueueLimit, .deleteQueueLimit, .putServiceLimit,
            .deleteServiceLimit, .putJobLimit, .deleteJobLimit, .putLogLevel, .deleteLogLevel, .putNotification,
            .deleteNotification, .testNotification:
            true
        case .listJobs, .getJob, .nextOccurrences, .explainJob, .previewSchedule, .scheduleStatus, .listExecutions,
            .listJobExecutions, .getExecution, .readLines, .listDeadLetters, .listQueues, .listLimits, .getQueueLimit,
            .getServiceLimit, .getJobLimit, .listNotifications, .getNotification, .calendar, .calendarJobs,
            .claimWork, .heartbeatWork, .heartbeatWorks, .completeWork,
            .completeWorks, .stats, .statsByMinute, .events,
            .health, .live, .ready, .metrics, .openapi, .docs, .setupPage, .setupState, .authorizationServer,
            .signingKeys, .listProviders, .providerLogin, .whoAmI, .listKeys, .getKey, .listUsers, .getUser,
            .listServiceAccounts, .getServiceAccount,
            .listGrants, .getGrant, .listSecrets, .listAudit, .auditEnd, .listLogLevels, .viewPage, .sendForm,
            .sendPassword, .viewSignIn, .sendSignIn, .viewAsset:
            false
        }
    }

    /// Whether it is a page, or what one sends, and no call of the API.
    package var isPage: Bool {
        switch self {
        case .viewPage, .sendForm, .sendPassword, .viewSignIn, .sendSignIn, .viewAsset: true
        default: false
        }
    }

    /// Whether the list of addresses for administration holds for it.
    package var isAdministrative: Bool { requirement == .global(.admin) }
}
