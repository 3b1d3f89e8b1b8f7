export { audienceOf } from './audience-of.ts'
export { confirmationHandler } from './channels/confirmation-handler.ts'
export { addChannel } from './channels/add-channel.ts'
export { confirmChannel } from './channels/confirm-channel.ts'
export { listChannels } from './channels/list-channels.ts'
export { removeChannel } from './channels/remove-channel.ts'
export { addressHandler } from './delivery/address-handler.ts'
export { createDeliveryHandlers } from './delivery/delivery-handler.ts'
export { holdCondition } from './hold-condition.ts'
export { listAlerts, readAlerts } from './list-alerts.ts'
export { raiseAlerts } from './raise-alerts.ts'
export {
  addedChannelView,
  alertListView,
  alertsReadView,
  channelInput,
  channelListView,
  confirmedChannelView,
  type NewAlert,
  OPERATOR,
  removedChannelView,
} from './schemas.ts'
export { watchOperation } from './watch/watch-operation.ts'
export { watchReminders } from './watch/watch-reminders.ts'
export { watchUsage } from './watch/watch-usage.ts'
